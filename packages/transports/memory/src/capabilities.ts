import { DEFAULT_LIMITS } from '@celeriac/protocol';
import type { TransportCapabilities } from '@celeriac/transport';

/** What the broker in memory can do. */
export const capabilities: TransportCapabilities = Object.freeze({
  fanout: 'emulated',
  exchangeTypes: Object.freeze(['direct', 'topic', 'fanout', 'headers'] as const),
  priority: Object.freeze({ levels: 10, first: 'high' }),
  redelivery: 'on-disconnect',
  delayedDelivery: true,
  deliveryCount: true,
  durable: false,
  maxBodyBytes: DEFAULT_LIMITS.maxMessageBytes,
});
