import { closest, isRecord } from '@celeriac/protocol/basics';
import { ConfigurationError, shownValue } from './configuration-error.ts';
import type { QueueDefinition, TaskQueues } from './queue-definition.ts';

const QUEUE_OPTIONS: readonly string[] = [
  'name',
  'exchange',
  'routingKey',
  'bindings',
  'durable',
  'exclusive',
  'autoDelete',
  'maxPriority',
  'queueArguments',
  'broadcast',
];

/**
 * The queues of `taskQueues` as a list of definitions.
 * @throws {ConfigurationError} naming the queue: unknown options, no name, two of one name, none at all
 */
export function readTaskQueues(queues: TaskQueues): readonly QueueDefinition[] {
  const definitions = Array.isArray(queues)
    ? queues.map((queue: unknown, index) =>
        readQueue(`taskQueues[${index}]`, typeof queue === 'string' ? { name: queue } : queue),
      )
    : Object.entries(queues).map(([name, queue]) =>
        readQueue(`taskQueues[${shownValue(name)}]`, isRecord(queue) ? { ...queue, name } : queue),
      );
  if (definitions.length === 0)
    throw new ConfigurationError('taskQueues', 'is empty', { hint: 'Leave it out to use taskDefaultQueue.' });
  const names = new Set<string>();
  for (const { name } of definitions) {
    if (names.has(name)) throw new ConfigurationError('taskQueues', `has two queues named ${shownValue(name)}`);
    names.add(name);
  }
  return definitions;
}

function readQueue(key: string, queue: unknown): QueueDefinition {
  if (!isRecord(queue)) throw new ConfigurationError(key, `must be a queue or its name, got ${shownValue(queue)}`);
  const unknown = Object.keys(queue).find((option) => !QUEUE_OPTIONS.includes(option));
  if (unknown !== undefined) {
    const near = closest(unknown, QUEUE_OPTIONS);
    throw new ConfigurationError(key, `has no option ${shownValue(unknown)}`, {
      hint: near === undefined ? `It has: ${QUEUE_OPTIONS.join(', ')}.` : `Did you mean ${near}?`,
    });
  }
  if (typeof queue['name'] !== 'string')
    throw new ConfigurationError(key, `needs a name, got ${shownValue(queue['name'])}`);
  checkMaxPriority(key, queue['maxPriority']);
  return queue as unknown as QueueDefinition;
}

function checkMaxPriority(key: string, value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 255)) return;
  throw new ConfigurationError(key, `needs a maxPriority from 1 to 255, got ${shownValue(value)}`);
}
