import type { DeliveryInfo } from '@celeriac/core/internal';
import type { Delivery } from '@celeriac/transport';

/** What a task may know of how it arrived. */
export function deliveryInfoOf(delivery: Delivery): DeliveryInfo {
  const { exchange, routingKey, queue, redelivered, message } = delivery;
  return { exchange, routingKey, queue, redelivered, priority: message.properties.priority ?? null };
}
