import type { QueueDefinition } from '@celeriac/core';
import { type PlainRecord, pythonRepr } from '@celeriac/protocol';
import { ok, type PanelCommand } from '../command-code.ts';
import { CommandError } from '../command-error.ts';

const EXCHANGE_TYPES = ['direct', 'topic', 'fanout', 'headers'] as const;

/** `add_consumer`: reads a queue of `taskQueues`, or one that the arguments describe. @see celery/worker/consumer/consumer.py add_task_queue */
export const addConsumer: PanelCommand = async ({ runtime, queues }, args) => {
  const name = args['queue'] as string;
  const table = runtime.queueTable;
  const queue = table.names.includes(name) ? table.get(name) : table.define(definitionOf(name, args));
  await queues.add(queue);
  return ok(`add consumer ${name}`);
};

/** `cancel_consumer` */
export const cancelConsumer: PanelCommand = async ({ queues }, args) => {
  const name = args['queue'] as string;
  await queues.cancel(name);
  return ok(`no longer consuming from ${name}`);
};

/** @throws {CommandError} for an option of the wrong type */
function definitionOf(name: string, args: PlainRecord): QueueDefinition {
  const type = (args['exchange_type'] as string | undefined) ?? 'direct';
  const known = EXCHANGE_TYPES.find((one) => one === type);
  if (known === undefined) throw new CommandError('ValueError', `unknown exchange type ${pythonRepr(type, 60)}`);
  const exchange = (args['exchange'] as string | undefined) ?? name;
  const durable = flag(args, 'durable');
  const exclusive = flag(args, 'exclusive');
  const autoDelete = flag(args, 'auto_delete');
  const maxPriority = args['max_priority'];
  const queueArguments = args['queue_arguments'];
  return {
    name,
    exchange: { name: exchange, type: known },
    routingKey: (args['routing_key'] as string | undefined) ?? name,
    ...(durable !== undefined && { durable }),
    ...(exclusive !== undefined && { exclusive }),
    ...(autoDelete !== undefined && { autoDelete }),
    ...(typeof maxPriority === 'number' && { maxPriority }),
    ...(typeof queueArguments === 'object' && queueArguments !== null && { queueArguments: { ...queueArguments } }),
  };
}

function flag(args: PlainRecord, name: string): boolean | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw new CommandError('TypeError', `add_consumer() needs a boolean for ${name}`);
}
