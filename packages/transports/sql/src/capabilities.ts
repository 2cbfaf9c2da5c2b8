import { DEFAULT_LIMITS } from '@celeriac/protocol';
import type { TransportCapabilities } from '@celeriac/transport';

/** Priorities 0 to 9. */
export const PRIORITY_LEVELS = 10;

/** What the broker in a database can do. */
export function capabilitiesOf(leaseMs: number): TransportCapabilities {
  return Object.freeze({
    fanout: 'emulated',
    eventExchange: 'none',
    exchangeTypes: Object.freeze(['direct', 'topic', 'fanout', 'headers'] as const),
    priority: Object.freeze({ levels: PRIORITY_LEVELS, first: 'high' }),
    redelivery: Object.freeze({ leaseMs }),
    delayedDelivery: true,
    deliveryCount: true,
    durable: true,
    maxBodyBytes: DEFAULT_LIMITS.maxMessageBytes,
  });
}
