import type { Topology } from '@celeriac/transport';
import type { QueueTable } from '../settings/queue-table.ts';
import type { Settings } from '../settings/settings.ts';
import type { ApplyOptions } from '../task/apply-options.ts';

/** Where a message goes and what must exist for it to arrive. */
export interface Destination {
  readonly exchange: string;
  readonly routingKey: string;
  readonly topology: Topology | undefined;
  /** Name of the queue, where it is known. */
  readonly queue?: string;
}

/**
 * The exchange and routing key of a call. A queue of a direct exchange is reached through the default exchange by its
 * own name; an exchange and routing key given without a queue are taken as they are.
 * @throws {ConfigurationError} for a queue that is not defined while `taskCreateMissingQueues` is off
 * @see celery/app/amqp.py _create_task_sender
 */
export function destinationOf(options: ApplyOptions, settings: Settings, queues: QueueTable): Destination {
  if (options.queue === undefined && options.exchange !== undefined) {
    return {
      exchange: options.exchange,
      routingKey: options.routingKey ?? settings.taskDefaultRoutingKey ?? '',
      topology: queues.all,
    };
  }
  const queue = queues.get(options.queue ?? settings.taskDefaultQueue);
  const { exchange, topology } = queue;
  if (
    exchange === undefined ||
    (exchange.type === 'direct' && options.routingKey === undefined && options.exchange === undefined)
  ) {
    return { exchange: '', routingKey: queue.name, topology, queue: queue.name };
  }
  return {
    exchange: options.exchange ?? exchange.name,
    routingKey: options.routingKey ?? queue.routingKey,
    topology,
    queue: queue.name,
  };
}
