import {
  decodeControlHeaders,
  decodeControlReply,
  decodeMessageBody,
  isCeleriacError,
  type Timer,
} from '@celeriac/protocol';
import type { ConnectionGuard, ConnectionLostError, Delivery, Transport } from '@celeriac/transport';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { replyQueue } from './control-queues.ts';
import type { NodeReply } from './control-replies.ts';

/** The connection for replies is closed when nobody has waited for one for so long. */
const IDLE_MS = 10_000;
const CLOSE_MS = 1000;

/** One question under way. */
export interface Collecting {
  readonly onReply: (reply: NodeReply) => void;
  /** Replies cannot come any more. */
  readonly onLost: (error: Error) => void;
}

/** What collecting replies takes of an app. */
export type CollectorRuntime = Pick<
  AppRuntime,
  'settings' | 'clock' | 'logger' | 'lamport' | 'serializers' | 'compressions' | 'accept' | 'limits' | 'openReader'
>;

interface Connection {
  readonly guard: ConnectionGuard;
  readonly transport: Transport;
}

/**
 * Receives the replies of nodes on a queue of its own. The queue lives as long as somebody asks something, and a little
 * longer; replies that come later find no queue, replies with a ticket that nobody waits for are dropped.
 */
export class ReplyCollector {
  /** The routing key of the queue. */
  readonly address: string;
  readonly #runtime: CollectorRuntime;
  readonly #collecting: Map<string, Collecting> = new Map();
  #connection: Promise<Connection> | undefined;
  #idle: Timer | undefined;

  constructor(runtime: CollectorRuntime, address: string) {
    this.#runtime = runtime;
    this.address = address;
  }

  /**
   * Resolves when replies to a command that is sent now would be received.
   * @returns ends the collecting
   * @throws {ConnectionLostError} when the broker stays away | @throws {ChannelError} when it refuses the queue
   */
  async collect(ticket: string, collecting: Collecting): Promise<() => void> {
    this.#idle?.cancel();
    this.#collecting.set(ticket, collecting);
    const stop = (): void => this.#forget(ticket);
    try {
      await this.#connected();
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  /** Closes the connection; the queue goes with it. */
  async close(): Promise<void> {
    this.#idle?.cancel();
    const connection = this.#connection;
    this.#connection = undefined;
    const { guard } = (await connection?.catch(() => undefined)) ?? {};
    await guard?.stop(CLOSE_MS);
  }

  #forget(ticket: string): void {
    if (!this.#collecting.delete(ticket) || this.#collecting.size > 0) return;
    this.#idle?.cancel();
    this.#idle = this.#runtime.clock.setTimer(IDLE_MS, () => void this.close(), { ref: false });
  }

  #connected(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const connection = this.#connect();
    this.#connection = connection;
    connection.catch(() => {
      if (this.#connection === connection) this.#connection = undefined;
    });
    return connection;
  }

  async #connect(): Promise<Connection> {
    const guard = this.#runtime.openReader();
    try {
      const transport = await guard.run(async (opened) => {
        await this.#read(opened);
        return opened;
      });
      return { guard, transport };
    } catch (error) {
      await guard.stop(CLOSE_MS);
      throw error;
    }
  }

  async #read(transport: Transport): Promise<void> {
    const { name, topology } = replyQueue(this.address, this.#runtime.settings);
    await transport.declare(topology);
    await transport.consume({
      queues: [name],
      prefetch: 0,
      noAck: true,
      onDeliveries: (deliveries) => {
        for (const delivery of deliveries) this.#receive(delivery);
      },
      onLost: (error) => void this.#lost(error),
    });
  }

  async #lost(error: Error): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    const lost = [...this.#collecting.values()];
    this.#collecting.clear();
    for (const { onLost } of lost) onLost(error);
    const { guard, transport } = (await connection?.catch(() => undefined)) ?? {};
    if (guard === undefined || transport === undefined) return;
    if (isCeleriacError(error, 'CLR_CONNECTION_LOST')) guard.lost(transport, error as ConnectionLostError);
    await guard.stop(CLOSE_MS);
  }

  #receive({ message }: Delivery): void {
    const { lamport, clock, logger } = this.#runtime;
    const { ticket, clock: count, expires } = decodeControlHeaders(message.headers);
    lamport.adjust(count);
    const collecting = ticket === null ? undefined : this.#collecting.get(ticket);
    if (collecting === undefined || (expires > 0 && clock.now() / 1000 > expires)) return;
    try {
      for (const reply of decodeControlReply(decodeMessageBody(message, this.#runtime))) collecting.onReply(reply);
    } catch (error) {
      logger.warning('A reply to a control command cannot be read', { error });
    }
  }
}
