import type { Logger } from '@celeriac/protocol';
import { escapeForLog } from '@celeriac/protocol/basics';

/** Stops a handler from being called. May be called repeatedly. */
export type Disconnect = () => void;

/** What one handler wants. */
export interface ConnectOptions {
  /** Only what comes from this sender: a task's name, or a worker's node name. */
  readonly sender?: string;
  /** While a handler with this name is connected for the same sender, a second one is not taken. */
  readonly dispatchUid?: string;
  /** Call the handler again after it failed: after 2, 4, 6 … 30 seconds, until it works. Default false. */
  readonly retry?: boolean;
}

interface Connection<Payload> {
  readonly handler: (payload: Payload) => unknown;
  readonly sender: string | undefined;
  readonly dispatchUid: string | undefined;
  readonly retry: boolean;
}

/** Celery's waits between two tries of a handler. @see kombu/utils/functional.py retry_over_time */
const RETRY_STEP_MS = 2000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Something that happens, and who wants to know. Sending it never throws: what a handler throws is logged.
 * @see celery/utils/dispatch/signal.py
 */
export class Signal<Payload> {
  readonly name: string;
  readonly #senderOf: (payload: Payload) => string | undefined;
  readonly #logger: () => Logger;
  #connections: readonly Connection<Payload>[] = [];

  constructor(name: string, senderOf: (payload: Payload) => string | undefined, logger: () => Logger) {
    this.name = name;
    this.#senderOf = senderOf;
    this.#logger = logger;
  }

  /** Whether anybody listens; ask before a payload is built. */
  get hasListeners(): boolean {
    return this.#connections.length > 0;
  }

  connect(handler: (payload: Payload) => unknown, options: ConnectOptions = {}): Disconnect {
    const { sender, dispatchUid, retry = false } = options;
    const isTaken = this.#connections.some((other) => other.dispatchUid === dispatchUid && other.sender === sender);
    if (dispatchUid !== undefined && isTaken) return () => {};
    const connection: Connection<Payload> = { handler, sender, dispatchUid, retry };
    this.#connections = [...this.#connections, connection];
    return () => {
      this.#connections = this.#connections.filter((other) => other !== connection);
    };
  }

  /**
   * Stops a handler from being called, or the one that was connected with a `dispatchUid`.
   * @param options - of the connection: only the one for this sender
   * @returns whether there was one
   */
  disconnect(handler: ((payload: Payload) => unknown) | undefined, options: ConnectOptions = {}): boolean {
    const { sender, dispatchUid } = options;
    const left = this.#connections.filter((other) => {
      const isMeant = dispatchUid === undefined ? other.handler === handler : other.dispatchUid === dispatchUid;
      return !isMeant || other.sender !== sender;
    });
    const had = left.length < this.#connections.length;
    this.#connections = left;
    return had;
  }

  /** Calls the handlers in the order they were connected, without waiting for those that take their time. */
  send(payload: Payload): void {
    if (this.#connections.length > 0) for (const call of this.#calls(payload)) void call;
  }

  /** As {@link send}, resolved when every handler is done. */
  async sendAndWait(payload: Payload): Promise<void> {
    await Promise.all(this.#calls(payload));
  }

  #calls(payload: Payload): Promise<void>[] {
    const sender = this.#senderOf(payload);
    return this.#connections
      .filter((connection) => connection.sender === undefined || connection.sender === sender)
      .map((connection) => this.#call(connection, payload));
  }

  async #call(connection: Connection<Payload>, payload: Payload): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await connection.handler(payload);
        return;
      } catch (error) {
        const text = `A handler of the signal ${this.name} failed: ${escapeForLog(String(error))}`;
        this.#logger().error(text, { error });
        if (!connection.retry || !this.#connections.includes(connection)) return;
      }
      await pause(Math.min(LONGEST_RETRY_MS, tries * RETRY_STEP_MS));
    }
  }
}

/** Does not keep the process from ending. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
