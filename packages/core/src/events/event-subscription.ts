import {
  acceptList,
  type CeleryEvent,
  type Clock,
  decodeEvents,
  type LamportClock,
  type Logger,
  type MessageLimits,
  type SerializerRegistry,
  uuid,
} from '@celeriac/protocol';
import type { Consumer, Delivery, Transport } from '@celeriac/transport';
import type { Settings } from '../settings/settings.ts';
import { eventQueueTopology } from './event-queue.ts';

/** An event as it was received. */
export interface ReceivedEvent extends CeleryEvent {
  /** As sent; where the sender keeps no clock, or none that counts, the receiver's. */
  readonly clock: number;
  /** Unix milliseconds. */
  readonly receivedAtMs: number;
}

/** What receiving events takes, and whom it tells. */
export interface EventSubscriptionParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly lamport: LamportClock;
  readonly logger: Logger;
  readonly serializers: SerializerRegistry;
  readonly limits: MessageLimits;
  /** Which events: `#` for all, `worker.#` for those of workers. */
  readonly routingKey: string;
  /** The part of the queue's name that is the receiver's own. Default: a new one. */
  readonly id?: string;
  /** Default `eventQueuePrefix`. */
  readonly prefix?: string;
  /** Default `eventQueueTtl`. */
  readonly ttlMs?: number;
  /** Default `eventQueueExpires`. */
  readonly expiresMs?: number;
  /** Gets what arrived together, in order; never an empty list. It must not throw. */
  readonly onEvents: (events: readonly ReceivedEvent[]) => void;
}

/** Reads events on one connection after the other, and keeps the logical clock in step. @see celery/events/receiver.py */
export class EventSubscription {
  readonly queue: string;
  readonly #parts: EventSubscriptionParts;
  readonly #accept: ReturnType<typeof acceptList>;
  #consumer: Consumer | undefined;
  #ignored = 0;

  constructor(parts: EventSubscriptionParts) {
    const { settings, serializers, id = uuid(), prefix } = parts;
    this.#parts = parts;
    this.queue = `${prefix ?? settings.eventQueuePrefix}.${id}`;
    this.#accept = acceptList([settings.eventSerializer, 'json'], serializers);
  }

  /** Messages and events that could not be read. */
  get ignored(): number {
    return this.#ignored;
  }

  /**
   * Resolves when events come: with false where none are sent.
   * @param onLost - reading has ended without {@link stop}; called once
   * @throws {ConnectionLostError} | {ChannelError} when the broker refuses
   */
  async start(transport: Transport, onLost: (error: Error) => void): Promise<boolean> {
    const { settings, routingKey, ttlMs, expiresMs } = this.#parts;
    const queue = {
      name: this.queue,
      exchange: settings.eventExchange,
      routingKey,
      ttlMs: ttlMs ?? settings.eventQueueTtl * 1000,
      expiresMs: expiresMs ?? settings.eventQueueExpires * 1000,
    };
    const topology = eventQueueTopology(queue, transport.capabilities);
    if (topology === undefined) return false;
    await transport.declare(topology);
    this.#consumer = await transport.consume({
      queues: [this.queue],
      prefetch: 0,
      noAck: true,
      onDeliveries: (deliveries) => this.#receive(deliveries),
      onLost,
    });
    return true;
  }

  /** Never rejects. */
  async stop(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    try {
      await consumer?.stop();
    } catch (error) {
      this.#parts.logger.debug('Reading events could not be stopped', { error });
    }
  }

  #receive(deliveries: readonly Delivery[]): void {
    const receivedAtMs = this.#parts.clock.now();
    const received: ReceivedEvent[] = [];
    for (const delivery of deliveries) {
      const { events, ignored } = this.#decode(delivery);
      this.#ignored += ignored;
      for (const event of events) received.push({ ...event, clock: this.#adjust(event), receivedAtMs });
    }
    if (received.length > 0) this.#parts.onEvents(received);
  }

  #decode({ message }: Delivery): ReturnType<typeof decodeEvents> {
    const { serializers, limits } = this.#parts;
    try {
      const { body, contentType, contentEncoding } = message;
      return decodeEvents(serializers.decode(body, contentType, contentEncoding, this.#accept, limits));
    } catch {
      return { events: [], ignored: 1 };
    }
  }

  /** Clients never hear of others, so their clock says nothing. @see celery/events/receiver.py event_from_message */
  #adjust({ type, clock }: CeleryEvent): number {
    const { lamport } = this.#parts;
    if (type === 'task-sent') {
      const before = Math.max(0, lamport.value - 1);
      lamport.adjust(before);
      return before;
    }
    if (clock === null) return lamport.forward();
    lamport.adjust(clock);
    return clock;
  }
}
