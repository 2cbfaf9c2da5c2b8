import { uuid } from '@celeriac/protocol';
import type { PlannedCall, PlannedChord } from '../signature/plan-signature.ts';

/**
 * The task that looks after a chord where the result store cannot join it, on the queue of the body.
 * @see celery/backends/base.py apply_chord, fallback_chord_unlock
 */
export function unlockCall({ groupId, body, header, polling }: PlannedChord): PlannedCall {
  const { interval, max_retries, countdown } = polling;
  return {
    name: 'celery.chord_unlock',
    args: [groupId, body],
    kwargs: { interval, max_retries, result: header },
    options: {
      task_id: uuid(),
      countdown,
      ignore_result: true,
      queue: body.options['queue'],
      priority: body.options['priority'],
    },
  };
}
