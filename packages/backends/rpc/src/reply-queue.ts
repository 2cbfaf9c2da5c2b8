import { type Clock, isCeleriacError, type Logger, type RawMessage, uuid } from '@celeriac/protocol';
import type { ConnectionGuard, ConnectionLostError, Consumer, QueueDeclaration, Transport } from '@celeriac/transport';

/** How long to wait for one's own marker before the queue is taken to be empty. */
const MARKER_TIMEOUT_MS = 2000;
const RETRY_MS = 1000;
const MARKER_TYPE = 'celeriac.marker';

/** What a {@link ReplyQueue} works with. */
export interface ReplyQueueParts {
  readonly guard: ConnectionGuard;
  readonly name: string;
  /** The broker drops the queue when nobody has read it for so long; undefined = never. */
  readonly expiresMs: number | undefined;
  readonly onReplies: (messages: readonly RawMessage[]) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The queue that replies come to, read again after every loss of the connection. Its flags are Celery's: not durable,
 * removed with its last reader.
 * @see celery/backends/rpc.py
 */
export class ReplyQueue {
  readonly #parts: ReplyQueueParts;
  readonly #markers = new Map<string, () => void>();
  #consumer: Consumer | undefined;
  #marker: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: ReplyQueueParts) {
    this.#parts = parts;
  }

  /** @throws {ConnectionLostError} when the broker stays away, {@link ChannelError} when it refuses the queue */
  async start(): Promise<void> {
    const { guard } = this.#parts;
    guard.onRestored((transport) => void this.#readAgain(transport));
    await guard.start(new AbortController().signal);
    await guard.run((transport) => this.#read(transport), {
      retry: (_error, retries) => (retries < 3 ? 0 : undefined),
    });
  }

  /** Resolves when everything has arrived that was in the queue. */
  caughtUp(): Promise<void> {
    this.#marker ??= this.#sendMarker().finally(() => {
      this.#marker = undefined;
    });
    return this.#marker;
  }

  stop(): void {
    this.#stopped = true;
    for (const arrived of this.#markers.values()) arrived();
  }

  async #sendMarker(): Promise<void> {
    // What was asked for in this turn needs one marker.
    await Promise.resolve();
    const { guard, name, clock } = this.#parts;
    if (this.#consumer === undefined || this.#stopped) return;
    const id = uuid();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#markers.set(id, resolve);
    const timer = clock.setTimer(MARKER_TIMEOUT_MS, resolve);
    try {
      await guard.run((transport) => transport.publish([markerTo(name, id)]));
      await promise;
    } finally {
      timer.cancel();
      this.#markers.delete(id);
    }
  }

  async #read(transport: Transport): Promise<void> {
    const { name, expiresMs } = this.#parts;
    const queue: QueueDeclaration = {
      name,
      durable: false,
      autoDelete: true,
      ...(expiresMs !== undefined && { arguments: { 'x-expires': expiresMs } }),
    };
    await transport.declare({ queues: [queue] });
    this.#consumer = await transport.consume({
      queues: [name],
      prefetch: 0,
      noAck: true,
      onDeliveries: (deliveries) => this.#arrived(deliveries.map(({ message }) => message)),
      onLost: (error) => void this.#lost(transport, error),
    });
  }

  #arrived(messages: readonly RawMessage[]): void {
    const replies = messages.filter((message) => !this.#isMarker(message));
    if (replies.length > 0) this.#parts.onReplies(replies);
    if (replies.length === messages.length) return;
    for (const { properties } of messages) this.#markers.get(properties.correlationId ?? '')?.();
  }

  #isMarker({ properties }: RawMessage): boolean {
    return properties.type === MARKER_TYPE;
  }

  #lost(transport: Transport, error: Error): void {
    this.#consumer = undefined;
    if (this.#stopped) return;
    const { guard } = this.#parts;
    if (isCeleriacError(error, 'CLR_CONNECTION_LOST')) guard.lost(transport, error as ConnectionLostError);
    else void this.#readAgain(transport);
  }

  /** The connection is new, or the queue was deleted. */
  async #readAgain(transport: Transport): Promise<void> {
    const { guard, logger, clock } = this.#parts;
    if (this.#stopped || guard.current !== transport || this.#consumer !== undefined) return;
    try {
      await this.#read(transport);
      logger.info('Replies are read again; those sent meanwhile are lost.', { queue: this.#parts.name });
    } catch (error) {
      if (isCeleriacError(error, 'CLR_CONNECTION_LOST')) return guard.lost(transport, error as ConnectionLostError);
      logger.error('The reply queue cannot be read; trying again.', { queue: this.#parts.name, error });
      clock.setTimer(RETRY_MS, () => void this.#readAgain(transport));
    }
  }
}

function markerTo(
  queue: string,
  id: string,
): { readonly exchange: string; readonly routingKey: string; readonly message: RawMessage } {
  const properties = { correlationId: id, type: MARKER_TYPE, deliveryMode: 1 } as const;
  const message = { body: Buffer.alloc(0), contentType: '', contentEncoding: '', headers: {}, properties };
  return { exchange: '', routingKey: queue, message };
}
