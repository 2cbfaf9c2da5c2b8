import { DEFAULT_LIMITS } from '@celeriac/protocol';
import type { TransportCapabilities } from '@celeriac/transport';

/** What a Redis broker can do. */
export function capabilitiesOf(leaseMs: number, priorityLevels: number): TransportCapabilities {
  return Object.freeze({
    fanout: 'emulated',
    eventExchange: 'fanout',
    exchangeTypes: Object.freeze(['direct', 'topic', 'fanout'] as const),
    priority: Object.freeze({ levels: priorityLevels, first: 'low' }),
    redelivery: Object.freeze({ leaseMs }),
    delayedDelivery: false,
    deliveryCount: true,
    durable: true,
    maxBodyBytes: DEFAULT_LIMITS.maxMessageBytes,
  });
}
