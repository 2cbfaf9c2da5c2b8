import type { ChordPart } from '@celeriac/backend';
import { isReady, PROPAGATE_STATES, parseSignature, type ResultTuple, readResultTuples } from '@celeriac/protocol';
import { joinGivenUp } from '../chord/chord-error.ts';
import { concludeChord, failBody, joinChord } from '../chord/join-chord.ts';
import type { BuiltinTask } from './builtin-task.ts';

/**
 * Joins a chord on stores that cannot: looks at the members until all are ready, by retrying itself.
 * @see celery/app/builtins.py add_unlock_chord_task
 */
export const chordUnlockTask: BuiltinTask = {
  name: 'celery.chord_unlock',
  parameters: ['group_id', 'callback', 'interval', 'max_retries', 'result'],
  options: { ignoreResult: true, maxRetries: null, defaultRetryDelay: 1 },
  async run(runtime, context, groupId, callback, interval, maxRetries, members) {
    const body = parseSignature(callback, 'callback');
    const backend = await runtime.backend();
    const ids = Array.isArray(members) ? readResultTuples(members).flatMap(reportingIds) : [];
    const metas = (await backend?.load(ids)) ?? [];
    const { id, rootId, parentId, retries } = context.request;
    const failed = metas.some((meta) => meta !== undefined && PROPAGATE_STATES.has(meta.status));
    if (!failed && !metas.every((meta) => meta !== undefined && isReady(meta.status))) {
      if (typeof maxRetries === 'number' && retries >= maxRetries) {
        const part = { groupId: String(groupId), taskId: parentId ?? id, index: null, status: 'FAILURE', result: null };
        const member = { part, body, rootId: rootId ?? id };
        await joinChord(runtime, ...(await failBody(runtime, member, joinGivenUp(part.groupId, retries + 1))));
        return null;
      }
      const countdown = typeof interval === 'number' ? interval : runtime.settings.resultChordRetryInterval;
      return context.retry({ countdown, maxRetries: null });
    }
    const parts = metas.flatMap((meta, index): ChordPart[] =>
      meta === undefined
        ? []
        : [{ groupId: String(groupId), taskId: ids[index]!, index, status: meta.status, result: meta.result }],
    );
    const last = {
      ...(parts.at(-1) ?? { groupId: String(groupId), index: null, status: 'SUCCESS', result: null }),
      taskId: parts.at(-1)?.taskId ?? parentId ?? id,
    };
    await joinChord(runtime, ...(await concludeChord(runtime, { part: last, body, rootId: rootId ?? id }, parts)));
    return null;
  },
};

/** The ids of the tasks that report to the chord: a group at the end of a chain has no result of its own. */
function reportingIds([[id], members]: ResultTuple): readonly string[] {
  return members === null ? [id] : members.flatMap(reportingIds);
}
