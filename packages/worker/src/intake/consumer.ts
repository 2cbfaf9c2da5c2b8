import type { ConsumedQueues } from '@celeriac/core/internal';
import { backoffMs, type Clock, isCeleriacError, type Logger } from '@celeriac/protocol';
import type { ConnectionGuard, ConnectionLostError, Consumer, Delivery, Transport } from '@celeriac/transport';

/** What reading queues takes, and whom it tells. */
export interface TaskConsumerParts {
  /** A connection of its own. */
  readonly guard: ConnectionGuard;
  readonly queues: ConsumedQueues;
  /** Most messages held at a time, 0 = no limit. Asked again whenever {@link TaskConsumer.updatePrefetch} is called. */
  readonly prefetch: () => number;
  readonly onDeliveries: (deliveries: readonly Delivery[]) => void;
  /** Messages were lost that had been handed over. `all`: with the connection; else those that are not held any more. */
  readonly onLost: (all: boolean) => void;
  /** The broker stays away for longer than the settings allow, or it refuses. */
  readonly onFailed: (error: Error) => void;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Reading that lasts this long works: the next interruption is the first one again. */
const HEALTHY_MS = 10_000;
const BACKOFF = Object.freeze({ baseMs: 100, factor: 2, maxMs: 30_000 });

/** Reads the worker's queues, again and again when the connection is lost. */
export class TaskConsumer {
  readonly #parts: TaskConsumerParts;
  readonly #stopping: AbortController = new AbortController();
  #transport: Transport | undefined;
  #consumer: Consumer | undefined;
  #prefetch = -1;
  #prefetchDue = false;
  /** Interruptions in a row, and when reading began last. */
  #interruptions = 0;
  #readingSinceMs = 0;

  constructor(parts: TaskConsumerParts) {
    this.#parts = parts;
  }

  /** The connection, if there is one now. */
  get transport(): Transport | undefined {
    return this.#transport;
  }

  /**
   * Resolves when messages are being read.
   * @throws {ConnectionLostError} when the broker stays away, {@link ChannelError} when it refuses
   */
  async start(signal: AbortSignal): Promise<void> {
    await this.#parts.guard.start(signal);
    await this.#connect(signal);
  }

  /** Tells the broker about a changed window, once for all changes of a turn of the event loop. */
  updatePrefetch(): void {
    if (this.#prefetchDue) return;
    this.#prefetchDue = true;
    setImmediate(() => {
      this.#prefetchDue = false;
      const count = this.#parts.prefetch();
      if (count === this.#prefetch || this.#consumer === undefined) return;
      this.#prefetch = count;
      this.#consumer.setPrefetch(count);
    });
  }

  /** Takes no more messages; those that were handed over stay held. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The worker is shutting down.'));
    const consumer = this.#consumer;
    this.#consumer = undefined;
    try {
      await consumer?.stop();
    } catch (error) {
      this.#parts.logger.debug('A consumer could not be stopped', { error });
    }
  }

  /** Closes the connection; what is held goes back to its queue. */
  async close(deadlineMs: number): Promise<void> {
    await this.#parts.guard.stop(deadlineMs);
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { guard } = this.#parts;
    for (;;) {
      const transport = await guard.acquire(signal);
      try {
        return await this.#consume(transport);
      } catch (error) {
        if (!isCeleriacError(error, 'CLR_CONNECTION_LOST')) throw error;
        guard.lost(transport, error as ConnectionLostError);
      }
    }
  }

  async #consume(transport: Transport): Promise<void> {
    const { queues, prefetch, onDeliveries, clock } = this.#parts;
    let isLost = false;
    await transport.declare(queues.topology);
    this.#prefetch = prefetch();
    this.#readingSinceMs = clock.monotonic();
    const consumer = await transport.consume({
      queues: queues.names,
      prefetch: this.#prefetch,
      onDeliveries,
      onLost: (error) => {
        isLost = true;
        void this.#lost(transport, error);
      },
    });
    this.#transport = transport;
    if (!isLost) this.#consumer = consumer;
    if (this.#stopping.signal.aborted) await consumer.stop();
  }

  async #lost(transport: Transport, error: Error): Promise<void> {
    const { guard, onLost, onFailed, logger } = this.#parts;
    const signal = this.#stopping.signal;
    if (signal.aborted) return;
    this.#consumer = undefined;
    const isConnection = isCeleriacError(error, 'CLR_CONNECTION_LOST');
    logger.warning(`Reading the queues was interrupted: ${error.message}`);
    onLost(isConnection);
    if (isConnection) guard.lost(transport, error as ConnectionLostError);
    try {
      await this.#pause(signal);
      signal.throwIfAborted();
      await this.#connect(signal);
      logger.info('Reading the queues again');
    } catch (failure) {
      if (!signal.aborted) onFailed(failure instanceof Error ? failure : new Error(String(failure)));
    }
  }

  /** The first interruption is mended at once; what follows shortly after waits ever longer. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    if (clock.monotonic() - this.#readingSinceMs >= HEALTHY_MS) this.#interruptions = 0;
    const retries = this.#interruptions++;
    if (retries === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => resolve();
    const timer = clock.setTimer(backoffMs(retries - 1, BACKOFF), resolve);
    signal.addEventListener('abort', onAbort, { once: true });
    await promise;
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
