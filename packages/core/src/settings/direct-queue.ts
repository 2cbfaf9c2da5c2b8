import type { ExchangeDefinition, QueueDefinition } from './queue-definition.ts';

/** Ends the names of queues that one worker alone reads. */
const ENDING = '.dq2';
/** The exchange of all of them. */
const EXCHANGE: ExchangeDefinition = Object.freeze({ name: 'C.dq2', type: 'direct' });

/**
 * The queue that only one worker reads, if `workerDirect` is on there: `add.applyAsync([1, 2], { queue: workerDirect('w@host') })`.
 * @param hostname - the worker's node name
 * @see celery/utils/nodenames.py worker_direct
 */
export function workerDirect(hostname: string): string {
  return `${hostname}${ENDING}`;
}

/** The definition of a queue that has the name of such a one; undefined for others. */
export function directQueue(name: string): QueueDefinition | undefined {
  if (!name.endsWith(ENDING)) return undefined;
  return { name, exchange: EXCHANGE, routingKey: name.slice(0, -ENDING.length) };
}
