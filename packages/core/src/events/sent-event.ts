import type { EventFields, MessageHeaders, TaskCall } from '@celeriac/protocol';
import type { Destination } from '../publish/destination.ts';

/**
 * What `task-sent` says of a task, in Celery's order.
 * @param headers - of the message, where arguments and times stand as text already
 * @see celery/app/amqp.py as_task_v2
 */
export function sentEventFields(
  call: TaskCall,
  headers: MessageHeaders,
  { queue, exchange, routingKey }: Destination,
): EventFields['task-sent'] {
  return {
    uuid: call.id,
    root_id: textOf(headers['root_id']),
    parent_id: textOf(headers['parent_id']),
    name: call.shadow ?? call.task,
    args: textOf(headers['argsrepr']) ?? '',
    kwargs: textOf(headers['kwargsrepr']) ?? '',
    retries: call.retries ?? 0,
    eta: textOf(headers['eta']),
    expires: textOf(headers['expires']),
    queue: queue ?? null,
    exchange,
    routing_key: routingKey,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
