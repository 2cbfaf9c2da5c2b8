import type { Topology, TransportCapabilities } from '@celeriac/transport';
import { eventExchangeType } from './event-topology.ts';

/** A queue that brings events to one monitor. */
export interface EventQueue {
  readonly name: string;
  /** The exchange of events. */
  readonly exchange: string;
  /** Which events: `#` for all, `worker.#` for those of workers. */
  readonly routingKey: string;
  /** How long an event waits. */
  readonly ttlMs: number;
  /** How long the queue outlives its monitor. */
  readonly expiresMs: number;
}

/**
 * What must exist for events to come, with Celery's flags and arguments; undefined where no events are sent.
 * @see celery/events/receiver.py EventReceiver
 */
export function eventQueueTopology(
  { name, exchange, routingKey, ttlMs, expiresMs }: EventQueue,
  capabilities: TransportCapabilities,
): Topology | undefined {
  const type = eventExchangeType(capabilities);
  if (type === undefined) return undefined;
  return {
    exchanges: [{ name: exchange, type, durable: true }],
    queues: [
      {
        name,
        durable: false,
        autoDelete: true,
        arguments: { 'x-expires': Math.round(expiresMs), 'x-message-ttl': Math.round(ttlMs) },
      },
    ],
    bindings: [{ exchange, queue: name, routingKey }],
  };
}
