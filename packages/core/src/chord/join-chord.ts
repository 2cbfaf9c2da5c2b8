import type { ChordPart, ChordProgress, ChordStore } from '@celeriac/backend';
import { type ExceptionInfo, isoNaive, PROPAGATE_STATES } from '@celeriac/protocol';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { listOf } from '../signature/signature-parts.ts';
import { applyErrbacks } from './apply-errbacks.ts';
import { dependencyFailed, joinStateLost } from './chord-error.ts';
import { errbacksOf } from './errbacks-of.ts';
import { failSignatures } from './fail-signatures.ts';
import type { FinishedMember } from './finished-member.ts';

/** How often, and after how many milliseconds each, a size that is not there is looked for before it counts as lost. */
const LOOKS = 25;
const LOOK_MS = 200;

/**
 * Records finished members; the one that completes a chord sends its body, or fails it when a member failed. A body
 * that fails may be a member of a chord itself, which is then told too.
 * Without native joins in the store it does nothing: the `celery.chord_unlock` task of the sender watches the members.
 * @see celery/backends/redis.py on_chord_part_return
 */
export async function joinChord(runtime: AppRuntime, ...members: readonly FinishedMember[]): Promise<void> {
  const chords = (await runtime.backend())?.chords;
  if (chords === undefined) {
    for (const member of members) if (member.unstored === true) await storePart(runtime, member.part);
    return;
  }
  const waiting = [...members];
  for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
    const { size, parts } = await joinPatiently(runtime, chords, member);
    if (size === undefined) {
      // Otherwise its sender is still sending: a member to come will find the size.
      if (member.openedFirst !== true) continue;
      const { groupId } = member.part;
      waiting.push(...(await failBody(runtime, member, joinStateLost(groupId))));
      // The members that are still to come must not fail it again.
      await chords.open(groupId, 1);
      await chords.close(groupId);
    } else if (parts !== undefined) {
      waiting.push(...(await concludeChord(runtime, member, parts)));
      await chords.close(member.part.groupId);
    }
  }
}

/**
 * Sends the body with the values of all members in header order, or fails it.
 * @param last - the member that completed the chord
 * @returns outer chords' members that failed with the body
 */
export async function concludeChord(
  runtime: AppRuntime,
  last: FinishedMember,
  parts: readonly ChordPart[],
): Promise<readonly FinishedMember[]> {
  const failed = parts.find((part) => PROPAGATE_STATES.has(part.status));
  if (failed !== undefined)
    return failBody(runtime, last, dependencyFailed(failed.taskId, failed.result as ExceptionInfo));
  const args = [parts.map((part) => part.result)];
  const options = { parent_id: last.part.taskId, root_id: last.rootId, ...last.inherited };
  await runtime.publisher.applySignatures([{ signature: last.body, args, options }]);
  return [];
}

/** A step that a worker here sent may belong to a chord of Celery, which is still sending its header. */
async function joinPatiently(
  { clock }: AppRuntime,
  chords: ChordStore,
  { part, openedFirst }: FinishedMember,
): Promise<ChordProgress> {
  let progress = await chords.join(part);
  for (let look = 0; look < LOOKS && progress.size === undefined && openedFirst === true; look++) {
    await new Promise<void>((resolve) => clock.setTimer(LOOK_MS, resolve));
    progress = await chords.join(part);
  }
  return progress;
}

async function storePart(runtime: AppRuntime, { taskId, groupId, status, result }: ChordPart): Promise<void> {
  await runtime.results.store({
    meta: {
      status,
      result,
      traceback: null,
      children: [],
      date_done: isoNaive(runtime.clock.now()),
      group_id: groupId,
      task_id: taskId,
    },
  });
}

/**
 * Fails the body, with all that follows it, and calls its errbacks.
 * @returns outer chords' members that failed with the body
 */
export async function failBody(
  runtime: AppRuntime,
  member: FinishedMember,
  exception: ExceptionInfo,
): Promise<readonly FinishedMember[]> {
  const cause = { exception, traceback: null };
  const { body } = member;
  const outer = await failSignatures(runtime, [body, ...listOf(body.options['chain'])], cause);
  for (const { id, errbacks } of errbacksOf(body)) {
    await applyErrbacks(runtime, errbacks, { id, rootId: member.rootId, request: undefined }, cause);
  }
  return outer;
}
