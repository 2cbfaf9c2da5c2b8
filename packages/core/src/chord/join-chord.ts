import type { ChordPart } from '@celeriac/backend';
import { type ExceptionInfo, PROPAGATE_STATES, type SignatureJson } from '@celeriac/protocol';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { applyErrbacks } from './apply-errbacks.ts';
import { dependencyFailed, joinStateLost } from './chord-error.ts';
import { failSignatures } from './fail-signatures.ts';
import type { FinishedMember } from './finished-member.ts';
import { lastIdOf } from './last-id.ts';

/**
 * Records finished members; the one that completes a chord sends its body, or fails it when a member failed. A body
 * that fails may be a member of a chord itself, which is then told too.
 * Without native joins in the store it does nothing: the `celery.chord_unlock` task of the sender watches the members.
 * @see celery/backends/redis.py on_chord_part_return
 */
export async function joinChord(runtime: AppRuntime, ...members: readonly FinishedMember[]): Promise<void> {
  const chords = (await runtime.backend())?.chords;
  if (chords === undefined) return;
  const waiting = [...members];
  for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
    const { size, parts } = await chords.join(member.part);
    if (size === undefined) {
      // Otherwise its sender is still sending: a member to come will find the size.
      if (member.openedFirst === true)
        waiting.push(...(await failBody(runtime, member, joinStateLost(member.part.groupId))));
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
  const options = { parent_id: last.part.taskId, root_id: last.rootId };
  await runtime.publisher.applySignatures([{ signature: last.body, args, options }]);
  return [];
}

async function failBody(
  runtime: AppRuntime,
  member: FinishedMember,
  exception: ExceptionInfo,
): Promise<readonly FinishedMember[]> {
  const cause = { exception, traceback: null };
  const { body } = member;
  const outer = await failSignatures(runtime, [body, ...asList(body.options['chain'])], cause);
  const id = lastIdOf(body);
  const errbacks = asList(body.options['link_error']);
  if (id !== undefined && errbacks.length > 0) {
    await applyErrbacks(runtime, errbacks, { id, rootId: member.rootId, request: undefined }, cause);
  }
  return outer;
}

function asList(value: unknown): readonly SignatureJson[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]) as readonly SignatureJson[];
}
