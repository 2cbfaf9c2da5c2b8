import type { Clock } from '@celeriac/protocol';
import { isCeleriacError } from '@celeriac/protocol';
import {
  type ConnectionGuard,
  type OutgoingMessage,
  type PublishRetryPolicy,
  publishRetryDelayMs,
  type Topology,
  type Transport,
} from '@celeriac/transport';
import { PublishError } from './publish-error.ts';

/** Most batches on their way to the broker at a time: later messages gather meanwhile. */
const MAX_IN_FLIGHT = 8;

/** A slow connection is given time for what is on its way: bytes per millisecond. */
const SLOWEST_BYTES_PER_MS = 16;
/** Headers and framing of a message. */
const MESSAGE_BYTES = 1000;

/** How an outbox deals with its broker. */
export interface OutboxOptions {
  /** Awaited before every batch; a failure is the batch's. */
  readonly ready?: () => Promise<void>;
  /**
   * One try takes at most this long, beside the time that a slow connection needs for what is on its way; then the
   * connection counts as lost, and whether the broker has the messages is not known. As long it may take until there is
   * a connection, counted from the call: what gathers behind a broker that does not answer does not wait for it twice.
   * Default 4,000.
   */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 4000;

/** One message to send, with what must exist before. */
export interface Parcel {
  readonly message: OutgoingMessage;
  /** Unix milliseconds; the broker holds the message until then where it can, else the worker does. */
  readonly notBeforeMs?: number | undefined;
  /** Declared once per connection; compared by identity. */
  readonly topology: Topology | undefined;
  /** Undefined: a lost connection is an error at once. */
  readonly retryPolicy: PublishRetryPolicy | undefined;
}

interface Waiting extends Parcel {
  retries: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Sends messages to one broker. Everything that was given to it in one turn of the event loop travels together; while
 * batches are under way the next one gathers. Nothing waits on a timer.
 */
export class Outbox {
  readonly #guard: ConnectionGuard;
  readonly #clock: Clock;
  readonly #ready: (() => Promise<void>) | undefined;
  readonly #timeoutMs: number;
  #bytesInFlight = 0;
  #waiting: Waiting[] = [];
  /** When the first of those that wait came. */
  #waitingSinceMs = 0;
  #scheduled = false;
  #inFlight = 0;
  #declared: { transport: Transport; topologies: Set<Topology> } | undefined;
  #closed = false;

  constructor(guard: ConnectionGuard, clock: Clock, { ready, timeoutMs = DEFAULT_TIMEOUT_MS }: OutboxOptions = {}) {
    this.#guard = guard;
    this.#clock = clock;
    this.#ready = ready;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @returns resolves when the broker holds the message
   * @throws {PublishError} when it could not be sent within its retry policy, each try being limited in time; the broker's
   *   own error when it refuses
   */
  send(parcel: Parcel): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#add({ ...parcel, retries: 0, resolve, reject });
    });
  }

  /** From now on a lost connection is an error at once. */
  close(): void {
    this.#closed = true;
  }

  #add(waiting: Waiting): void {
    if (this.#waiting.length === 0) this.#waitingSinceMs = this.#clock.monotonic();
    this.#waiting.push(waiting);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= MAX_IN_FLIGHT) return;
    this.#scheduled = true;
    // nextTick runs after the promise jobs of this turn: whatever they send goes out together.
    process.nextTick(() => {
      this.#scheduled = false;
      const batch = this.#waiting;
      if (batch.length === 0) return;
      this.#waiting = [];
      void this.#flush(batch, this.#waitingSinceMs);
    });
  }

  async #flush(batch: Waiting[], waitingSinceMs: number): Promise<void> {
    const bytes = sizeOf(batch);
    this.#inFlight++;
    this.#bytesInFlight += bytes;
    try {
      await this.#ready?.();
      const timeoutMs = this.#timeoutMs + this.#bytesInFlight / SLOWEST_BYTES_PER_MS;
      const connectByMs = waitingSinceMs + this.#timeoutMs;
      await this.#guard.run((transport) => this.#publish(transport, batch), { timeoutMs, connectByMs });
    } catch (error) {
      this.#failed(batch, error);
    } finally {
      this.#inFlight--;
      this.#bytesInFlight -= bytes;
      if (this.#waiting.length > 0) this.#schedule();
    }
  }

  async #publish(transport: Transport, batch: Waiting[]): Promise<void> {
    const refused = await this.#declare(transport, batch);
    const sent =
      refused === undefined ? batch : batch.filter(({ topology }) => topology === undefined || !refused.has(topology));
    if (refused !== undefined) {
      for (const { topology, reject } of batch) {
        if (topology !== undefined && refused.has(topology)) reject(refused.get(topology));
      }
      // What was refused is done; if the rest fails, only the rest is tried again.
      batch.splice(0, batch.length, ...sent);
    }
    if (sent.length === 0) return;
    const outcomes = await transport.publish(sent.map((waiting) => outgoing(waiting, transport)));
    for (let index = 0; index < sent.length; index++) {
      const outcome = outcomes[index];
      if (outcome === undefined) sent[index]!.resolve();
      else sent[index]!.reject(outcome);
    }
  }

  /** @returns what the broker refuses to declare, and why; undefined when there is nothing */
  async #declare(transport: Transport, batch: readonly Waiting[]): Promise<Map<Topology, unknown> | undefined> {
    if (this.#declared?.transport !== transport) this.#declared = { transport, topologies: new Set() };
    const { topologies } = this.#declared;
    let refused: Map<Topology, unknown> | undefined;
    for (const { topology } of batch) {
      if (topology === undefined || topologies.has(topology) || refused?.has(topology)) continue;
      try {
        await transport.declare(topology);
        topologies.add(topology);
      } catch (error) {
        if (isCeleriacError(error, 'CLR_CONNECTION_LOST')) throw error;
        refused ??= new Map();
        refused.set(topology, error);
      }
    }
    return refused;
  }

  /** A lost connection puts the messages back, each as often as its policy says; other errors go to the callers. */
  #failed(batch: readonly Waiting[], error: unknown): void {
    const lost = isCeleriacError(error, 'CLR_CONNECTION_LOST');
    for (const waiting of batch) {
      const delayMs =
        lost && !this.#closed && waiting.retryPolicy !== undefined
          ? publishRetryDelayMs(waiting.retryPolicy, waiting.retries)
          : undefined;
      if (delayMs === undefined) {
        waiting.reject(lost ? new PublishError(waiting.message.routingKey, waiting.retries, error) : error);
        continue;
      }
      waiting.retries++;
      this.#clock.setTimer(delayMs, () => {
        this.#add(waiting);
      });
    }
  }
}

function sizeOf(batch: readonly Parcel[]): number {
  let bytes = 0;
  for (const { message } of batch) bytes += message.message.body.byteLength + MESSAGE_BYTES;
  return bytes;
}

function outgoing({ message, notBeforeMs }: Parcel, transport: Transport): OutgoingMessage {
  return notBeforeMs !== undefined && transport.capabilities.delayedDelivery
    ? { ...message, deliverAt: notBeforeMs }
    : message;
}
