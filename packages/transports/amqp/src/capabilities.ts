import { DEFAULT_LIMITS } from '@celeriac/protocol';
import type { TransportCapabilities } from '@celeriac/transport';
import type { AmqpSettings } from './amqp-options.ts';

/** What RabbitMQ can do with these settings. */
export function capabilitiesOf(
  settings: Pick<AmqpSettings, 'nativeDelayedDelivery' | 'quorumQueues'>,
): TransportCapabilities {
  return Object.freeze({
    fanout: 'native',
    exchangeTypes: Object.freeze(['direct', 'topic', 'fanout', 'headers'] as const),
    // Queues without `x-max-priority` ignore priorities; the levels are those that Celery's documentation advises.
    priority: Object.freeze({ levels: 10, first: 'high' } as const),
    redelivery: 'on-disconnect',
    delayedDelivery: settings.nativeDelayedDelivery,
    deliveryCount: settings.quorumQueues,
    durable: true,
    maxBodyBytes: DEFAULT_LIMITS.maxMessageBytes,
  });
}
