import { readTaskQueues } from './read-task-queues.ts';
import type { Settings } from './settings.ts';

/**
 * Whether queues of the app are quorum queues.
 * @see celery/utils/quorum_queues.py detect_quorum_queues
 */
export function usesQuorumQueues({
  taskQueues,
  taskDefaultQueueType,
  taskCreateMissingQueueType,
}: Pick<Settings, 'taskQueues' | 'taskDefaultQueueType' | 'taskCreateMissingQueueType'>): boolean {
  if (taskCreateMissingQueueType === 'quorum') return true;
  if (taskQueues === undefined) return taskDefaultQueueType === 'quorum';
  return readTaskQueues(taskQueues).some(({ queueArguments }) => queueArguments?.['x-queue-type'] === 'quorum');
}
