import type { KnownQueue, QueueInfo } from '@celeriac/core/internal';

/**
 * A queue in the form of Celery's.
 * @param known - undefined for the worker's own copy of a broadcast queue
 * @see kombu/entity.py Queue.as_dict
 */
export function queueInfo(name: string, known: KnownQueue | undefined): QueueInfo {
  const { exchange, topology } = known ?? {};
  const queue = topology?.queues?.find((one) => one.name === name);
  const declared = topology?.exchanges?.find((one) => one.name === exchange?.name);
  const own = topology?.bindings?.find((one) => one.queue === name && one.exchange === (exchange?.name ?? ''));
  return {
    name,
    exchange: {
      name: exchange?.name ?? '',
      type: exchange?.type ?? 'direct',
      arguments: declared?.arguments ?? null,
      durable: declared?.durable ?? true,
      passive: false,
      auto_delete: declared?.autoDelete ?? false,
      delivery_mode: null,
      no_declare: false,
    },
    routing_key: known?.routingKey ?? name,
    queue_arguments: queue?.arguments ?? null,
    binding_arguments: own?.arguments ?? null,
    consumer_arguments: null,
    durable: queue?.durable ?? true,
    exclusive: queue?.exclusive ?? false,
    auto_delete: queue?.autoDelete ?? false,
    no_ack: false,
    alias: null,
    bindings: [],
    no_declare: null,
    expires: null,
    message_ttl: null,
    max_length: null,
    max_length_bytes: null,
    max_priority: null,
  };
}
