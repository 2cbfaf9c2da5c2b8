import type { DeliveryInfo } from '@celeriac/core/internal';
import type { HeldMessage } from '../request/held-message.ts';

/** What a task may know of how it arrived. */
export function deliveryInfoOf({ delivery, message }: Pick<HeldMessage, 'delivery' | 'message'>): DeliveryInfo {
  const { exchange, routingKey, queue, redelivered } = delivery;
  return { exchange, routingKey, queue, redelivered, priority: message.properties.priority ?? null };
}
