import {
  type AppOwner,
  type AppRuntime,
  EventSubscription,
  type ReceivedEvent,
  runtimeOf,
} from '@celeriac/core/internal';
import { backoffMs, escapeForLog, isCeleriacError } from '@celeriac/protocol';
import type { ConnectionGuard, Service } from '@celeriac/transport';
import type { EventHandler, EventHandlers } from './event-handlers.ts';
import { EventsUnavailableError } from './events-unavailable-error.ts';
import { ItemQueue } from './item-queue.ts';

/** Settings of an {@link EventReceiver}. */
export interface EventReceiverOptions {
  readonly handlers?: EventHandlers;
  /** Which events, as a topic pattern: `#` for all, `worker.#`, `task.#`. Default `#`. */
  readonly routingKey?: string;
  /** The part of the queue's name that is this receiver's own. Default: a new one. */
  readonly nodeId?: string;
  /** Default `eventQueuePrefix`. */
  readonly queuePrefix?: string;
  /** Milliseconds that an event waits in the queue. Default `eventQueueTtl` (seconds). */
  readonly queueTtlMs?: number;
  /** Milliseconds that the queue outlives this receiver. Default `eventQueueExpires` (seconds). */
  readonly queueExpiresMs?: number;
}

/** When to stop capturing. Without any of these it goes on for ever. */
export interface CaptureOptions {
  /** After so many events. */
  readonly limit?: number;
  /** When no event has come for so many milliseconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Asks all workers for a heartbeat first, so that they show at once. Default true. */
  readonly wakeup?: boolean;
}

/** How long closing the connection may take. */
const CLOSE_MS = 1000;
/** Waits between tries to receive again, while the broker is there and refuses. */
const RETRY = Object.freeze({ baseMs: 1000, factor: 2, maxMs: 30_000 });
/** Events that wait for who iterates over them; the oldest give way. */
const MOST_WAITING = 10_000;

/**
 * Receives the events of all workers of a broker, in a queue of its own. A lost connection is made anew; whatever arrives,
 * it goes on.
 * @see celery/events/receiver.py EventReceiver
 */
export class EventReceiver implements Service {
  readonly #app: AppOwner & { readonly control?: { heartbeat(): Promise<unknown> } };
  readonly #runtime: AppRuntime;
  readonly #options: EventReceiverOptions;
  readonly #handlers: ReadonlyMap<string, EventHandler>;
  readonly #listeners: Set<EventHandler> = new Set();
  #guard: ConnectionGuard | undefined;
  #subscription: EventSubscription | undefined;
  /** The connection that is being read from anew. */
  #mending: ConnectionGuard | undefined;
  /** The last loss that is not mended. */
  #loss: Error | undefined;
  #endPause: (() => void) | undefined;
  #ignored = 0;

  constructor(app: AppOwner, options: EventReceiverOptions = {}) {
    this.#app = app;
    this.#runtime = runtimeOf(app);
    this.#options = options;
    const handlers = Object.entries(options.handlers ?? {});
    this.#handlers = new Map(handlers.filter((entry): entry is [string, EventHandler] => entry[1] !== undefined));
  }

  /** Messages and events that could not be read, and were passed over. */
  get ignored(): number {
    return this.#ignored + (this.#subscription?.ignored ?? 0);
  }

  /**
   * Resolves when events are being received.
   * @throws {EventsUnavailableError} where the broker carries no events | @throws {ConnectionLostError} when it stays away
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#guard !== undefined) throw new Error('The receiver is running already.');
    const { settings, clock, lamport, logger, serializers, limits } = this.#runtime;
    const { routingKey = '#', nodeId, queuePrefix, queueTtlMs, queueExpiresMs } = this.#options;
    this.#guard = this.#runtime.openReader();
    this.#subscription = new EventSubscription({
      settings,
      clock,
      lamport,
      logger,
      serializers,
      limits,
      routingKey,
      ...(nodeId !== undefined && { id: nodeId }),
      ...(queuePrefix !== undefined && { prefix: queuePrefix }),
      ...(queueTtlMs !== undefined && { ttlMs: queueTtlMs }),
      ...(queueExpiresMs !== undefined && { expiresMs: queueExpiresMs }),
      onEvents: (events) => this.#process(events),
    });
    try {
      await this.#guard.start(signal);
      await this.#subscribe(signal);
    } catch (error) {
      await this.stop(CLOSE_MS);
      throw error;
    }
  }

  async stop(deadlineMs: number): Promise<void> {
    const [guard, subscription] = [this.#guard, this.#subscription];
    this.#guard = undefined;
    this.#subscription = undefined;
    this.#ignored += subscription?.ignored ?? 0;
    this.#endPause?.();
    await subscription?.stop();
    await guard?.stop(deadlineMs);
  }

  /** Asks all workers for a heartbeat. What goes wrong is logged. */
  async wakeUpWorkers(): Promise<void> {
    try {
      await this.#app.control?.heartbeat();
    } catch (error) {
      this.#runtime.logger.debug('Workers could not be asked for a heartbeat', { error });
    }
  }

  /**
   * Receives events until a limit is reached, starting before and stopping after if need be.
   * @returns how many events came
   */
  async capture(options: CaptureOptions = {}): Promise<number> {
    let count = 0;
    for await (const _ of this.iterate(options)) count++;
    return count;
  }

  /** The same, event by event; handlers are called too. */
  async *iterate({ limit, timeoutMs, signal, wakeup = true }: CaptureOptions = {}): AsyncGenerator<ReceivedEvent> {
    const queue = new ItemQueue<ReceivedEvent>(MOST_WAITING, this.#runtime.clock);
    const listener = (event: ReceivedEvent): void => queue.push(event);
    const isOurs = this.#guard === undefined;
    this.#listeners.add(listener);
    try {
      if (isOurs) await this.start(signal ?? new AbortController().signal);
      if (wakeup) void this.wakeUpWorkers();
      for (let count = 0; limit === undefined || count < limit; count++) {
        const event = await queue.next(timeoutMs, signal);
        if (event === undefined) return;
        yield event;
      }
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return;
      throw error;
    } finally {
      this.#listeners.delete(listener);
      if (isOurs) await this.stop(CLOSE_MS);
    }
  }

  async #subscribe(signal: AbortSignal): Promise<void> {
    const [guard, subscription] = [this.#guard, this.#subscription];
    if (guard === undefined || subscription === undefined) return;
    const transport = await guard.acquire(signal);
    const isThere = await subscription.start(transport, (error) => {
      guard.lost(transport, error);
      this.#lost(error);
    });
    if (!isThere) throw new EventsUnavailableError(transport.url);
  }

  #lost(error: Error): void {
    this.#loss = error;
    if (this.#guard !== undefined && this.#mending !== this.#guard) void this.#mend(this.#guard);
  }

  /** Until it works, or is stopped. */
  async #mend(guard: ConnectionGuard): Promise<void> {
    const { logger } = this.#runtime;
    this.#mending = guard;
    for (let tries = 0; this.#guard === guard; tries++) {
      if (tries > 0) await this.#pause(backoffMs(tries - 1, RETRY));
      if (this.#guard !== guard) break;
      logger.warning(`Receiving events was interrupted: ${this.#loss?.message}`);
      this.#loss = undefined;
      await this.#trySubscribing(guard);
      // Lost again, as soon as it came back or before.
      if (this.#loss === undefined) break;
    }
    if (this.#mending !== guard) return;
    this.#mending = undefined;
    if (this.#guard === guard) logger.info('Receiving events again');
  }

  async #trySubscribing(guard: ConnectionGuard): Promise<void> {
    try {
      await this.#subscription?.stop();
      if (this.#guard === guard) await this.#subscribe(new AbortController().signal);
    } catch (failure) {
      this.#loss = failure instanceof Error ? failure : new Error(String(failure));
      const { current } = guard;
      if (isCeleriacError(failure, 'CLR_CONNECTION_LOST') && current !== undefined) guard.lost(current, this.#loss);
    }
  }

  /** Ends early when it is stopped. */
  #pause(durationMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#runtime.clock.setTimer(durationMs, resolve);
    this.#endPause = () => {
      timer.cancel();
      resolve();
    };
    return promise;
  }

  #process(events: readonly ReceivedEvent[]): void {
    for (const event of events) {
      const handler = this.#handlers.get(event.type) ?? this.#handlers.get('*');
      if (handler !== undefined) this.#call(handler, event);
      for (const listener of this.#listeners) listener(event);
    }
  }

  #call(handler: EventHandler, event: ReceivedEvent): void {
    try {
      handler(event);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#runtime.logger.error(`A handler of the event ${escapeForLog(event.type, 60)} failed: ${text}`, { error });
    }
  }
}
