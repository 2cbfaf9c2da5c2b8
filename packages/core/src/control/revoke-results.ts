import type { RevokeResultOptions } from '../result/result-node.ts';
import type { CommandSender } from './broadcast.ts';
import type { NodeReply } from './control-replies.ts';

/** Tells all workers not to run tasks. @see celery/result.py AsyncResult.revoke */
export function revokeResults(
  sender: CommandSender,
  ids: readonly string[],
  { terminate = false, signal = 'SIGTERM', wait = false, timeoutMs }: RevokeResultOptions,
): Promise<readonly NodeReply[]> {
  const task_id = ids.length === 1 ? ids[0] : ids;
  return sender.broadcast('revoke', {
    arguments: { task_id, terminate, signal },
    reply: wait,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}
