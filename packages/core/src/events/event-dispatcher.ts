import {
  type CeleryEvent,
  type Clock,
  encodeEvent,
  isCeleriacError,
  type LamportClock,
  type Logger,
  type SerializerRegistry,
  systemClock,
} from '@celeriac/protocol';
import type { ConnectionGuard, OutgoingMessage, Transport } from '@celeriac/transport';
import { type EventBatch, EventBuffer } from './event-buffer.ts';
import { eventTopology } from './event-topology.ts';

/** Most events that wait while the broker is away or slow. */
const MOST_WAITING = 10_000;
/** How long a broker may take to answer, once nothing more is sent. */
const LAST_ANSWER_MS = 100;
/** Messages handed to the broker together. */
const AT_ONCE = 40;

/** What sending events takes. */
export interface EventDispatcherParts {
  /** The node name that events carry. */
  readonly hostname: string;
  /** The connection for sending. */
  readonly guard: ConnectionGuard;
  readonly clock: Clock;
  readonly lamport: LamportClock;
  readonly logger: Logger;
  readonly serializers: SerializerRegistry;
  /** Name of the exchange. */
  readonly exchange: string;
  /** Name of the serializer. */
  readonly serializer: string;
  /** Groups of events that are sent, `task` or `worker` for instance; none given: all. */
  readonly groups?: readonly string[];
  /** Events of tasks are sent in lists, as workers do. Default false. */
  readonly listsTasks?: boolean;
  /** Whether events are sent at all. Default true. */
  readonly enabled?: boolean;
  /** Most events that wait. Default 10,000. */
  readonly limit?: number;
}

/**
 * Sends events: everything of one turn of the event loop together, one batch at a time. While the broker is away or slow
 * events wait, and beyond the limit the oldest are dropped and counted: nothing ever waits for an event to be sent.
 * @see celery/events/dispatcher.py EventDispatcher
 */
export class EventDispatcher {
  readonly hostname: string;
  readonly #parts: EventDispatcherParts;
  readonly #buffer: EventBuffer;
  readonly #groups: Set<string>;
  readonly #closing: AbortController = new AbortController();
  #enabled: boolean;
  #sending: Promise<void> | undefined;
  #declaredOn: Transport | undefined;
  #refused = 0;
  #hasWarned = false;

  constructor(parts: EventDispatcherParts) {
    this.#parts = parts;
    this.hostname = parts.hostname;
    this.#buffer = new EventBuffer(parts.limit ?? MOST_WAITING, parts.listsTasks ?? false);
    this.#groups = new Set(parts.groups);
    this.#enabled = parts.enabled ?? true;
  }

  /** Whether events of a group are sent: ask before making one. */
  sends(group: string): boolean {
    return this.#enabled && (this.#groups.size === 0 || this.#groups.has(group));
  }

  /** Events that were lost: they had to give way, or could not be written, or the broker refused them. */
  get dropped(): number {
    return this.#buffer.dropped + this.#refused;
  }

  /** Events that wait to be sent. */
  get waiting(): number {
    return this.#buffer.size;
  }

  /** Starts to send a group of events. @returns false when it is sent already. @see celery/worker/control.py enable_events */
  enableGroup(group: string): boolean {
    if (this.sends(group)) return false;
    if (this.#enabled) this.#groups.add(group);
    return this.#enabled;
  }

  /**
   * Stops to send a group of events.
   * @returns false when it is not sent, or when all groups are: as in Celery, a worker started with `-E` goes on
   */
  disableGroup(group: string): boolean {
    return this.#groups.delete(group);
  }

  /**
   * Sends an event when its group is wanted.
   * @param fields - by wire name, beyond those that every event has
   * @param hostname - in place of the dispatcher's own
   */
  send(type: string, fields: { readonly [name: string]: unknown }, hostname: string = this.hostname): void {
    if (!this.sends(groupOf(type)) || this.#closing.signal.aborted) return;
    const { clock, lamport } = this.#parts;
    const nowMs = clock.now();
    this.#buffer.add({
      type,
      hostname,
      utcoffset: Math.floor(new Date(nowMs).getTimezoneOffset() / 60),
      pid: process.pid,
      clock: lamport.forward(),
      timestamp: nowMs / 1000,
      fields,
    });
    this.#sending ??= this.#sendAll();
  }

  /** Resolves when nothing waits any more, or after `deadlineMs`. */
  async flush(deadlineMs: number): Promise<void> {
    if (this.#sending === undefined) return;
    const late = Promise.withResolvers<void>();
    const timer = systemClock.setTimer(deadlineMs, late.resolve);
    await Promise.race([this.#sending, late.promise]);
    timer.cancel();
  }

  /** Sends what waits, for at most `deadlineMs`, and nothing more after that. */
  async close(deadlineMs: number): Promise<void> {
    await this.flush(deadlineMs);
    this.#closing.abort();
    // A broker that takes the events and never says so does not keep anybody from ending.
    await this.flush(LAST_ANSWER_MS);
  }

  /** Never rejects: an event that cannot be sent is no reason for anything else to fail. */
  async #sendAll(): Promise<void> {
    // Everything that happens in this turn goes along.
    await new Promise(setImmediate);
    try {
      while (this.#buffer.size > 0 && !this.#closing.signal.aborted) await this.#sendSome();
      this.#hasWarned = false;
    } catch (error) {
      this.#warn('Events cannot be sent for now', error);
    } finally {
      this.#sending = undefined;
    }
  }

  async #sendSome(): Promise<void> {
    const { guard } = this.#parts;
    const transport = await guard.acquire(this.#closing.signal);
    let batches: readonly EventBatch[] = [];
    try {
      if (!(await this.#declare(transport))) return this.#stopSending();
      batches = this.#buffer.take(AT_ONCE);
      await this.#publish(transport, batches);
    } catch (error) {
      if (!isCeleriacError(error, 'CLR_CONNECTION_LOST')) {
        this.#refused += batches.reduce((sum, { events }) => sum + events.length, 0);
        throw error;
      }
      this.#buffer.giveBack(batches);
      guard.lost(transport, error);
    }
  }

  /** @returns false where no events are sent */
  async #declare(transport: Transport): Promise<boolean> {
    if (transport === this.#declaredOn) return true;
    const topology = eventTopology(this.#parts.exchange, transport.capabilities);
    if (topology === undefined) return false;
    await transport.declare(topology);
    this.#declaredOn = transport;
    return true;
  }

  /** Celery sends no events over such brokers either. */
  #stopSending(): void {
    this.#enabled = false;
    this.#buffer.clear();
  }

  async #publish(transport: Transport, batches: readonly EventBatch[]): Promise<void> {
    const messages: OutgoingMessage[] = [];
    for (const batch of batches) {
      const message = this.#messageOf(batch);
      if (message !== undefined) messages.push(message);
    }
    if (messages.length === 0) return;
    const outcomes = await transport.publish(messages);
    const refusal = outcomes.find((outcome) => outcome !== undefined);
    if (refusal === undefined) return;
    this.#refused += outcomes.filter((outcome) => outcome !== undefined).length;
    this.#warn('The broker refuses events', refusal);
  }

  #messageOf({ routingKey, events, isList }: EventBatch): OutgoingMessage | undefined {
    const { serializers, serializer, exchange } = this.#parts;
    try {
      const content = serializers.encode(isList ? events.map(encodeEvent) : encodeEvent(events[0]!), serializer);
      const headers = { hostname: events[0]!.hostname };
      return { exchange, routingKey, message: { ...content, headers, properties: { deliveryMode: 1 } } };
    } catch (error) {
      const writable = events.length > 1 ? this.#writable(events) : [];
      this.#refused += events.length - writable.length;
      if (writable.length > 0 && writable.length < events.length)
        return this.#messageOf({ routingKey, events: writable, isList });
      this.#warn(`An event ${events[0]?.type ?? ''} cannot be written`, error);
      return undefined;
    }
  }

  /** One event that cannot be written must not take others with it. */
  #writable(events: readonly CeleryEvent[]): readonly CeleryEvent[] {
    const { serializers, serializer } = this.#parts;
    return events.filter((event) => {
      try {
        serializers.encode(encodeEvent(event), serializer);
        return true;
      } catch {
        return false;
      }
    });
  }

  /** Once until it works again. */
  #warn(what: string, error: unknown): void {
    if (this.#hasWarned || this.#closing.signal.aborted) return;
    this.#hasWarned = true;
    const text = error instanceof Error ? error.message : String(error);
    this.#parts.logger.warning(`${what}: ${text}`);
  }
}

/** `task-received` → `task`. @see celery/events/event.py group_from */
function groupOf(type: string): string {
  const end = type.indexOf('-');
  return end === -1 ? type : type.slice(0, end);
}
