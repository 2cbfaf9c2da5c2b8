import { type ExceptionInfo, isoNaive, type SignatureJson } from '@celeriac/protocol';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { WireOptions } from '../signature/option-names.ts';
import { bodyOf, headerOf, membersOf, withOptions } from '../signature/signature-parts.ts';
import type { FinishedMember } from './finished-member.ts';

/** Why signatures that were promised will never run. */
export interface FailureCause {
  readonly exception: ExceptionInfo;
  readonly traceback: string | null;
}

/**
 * Stores a FAILURE for every id that waits in `signatures`, so that nobody waits for ever.
 * @returns those that were members of a chord: the caller reports them to it
 * @see celery/backends/base.py mark_as_failure
 */
export async function failSignatures(
  runtime: AppRuntime,
  signatures: readonly SignatureJson[],
  cause: FailureCause,
): Promise<readonly FinishedMember[]> {
  const leaves = signatures
    .flatMap((signature) => leavesOf(signature))
    .filter((leaf) => typeof leaf.options['task_id'] === 'string');
  await Promise.all(leaves.map((leaf) => storeFailure(runtime, leaf, cause)));
  return leaves.flatMap((leaf) => membershipOf(leaf, cause));
}

function storeFailure(runtime: AppRuntime, leaf: SignatureJson, cause: FailureCause): Promise<unknown> {
  const { task_id: id, group_id: groupId, reply_to: replyTo } = leaf.options;
  return runtime.results.store({
    meta: {
      status: 'FAILURE',
      result: cause.exception,
      traceback: cause.traceback,
      children: [],
      date_done: isoNaive(runtime.clock.now()),
      ...(typeof groupId === 'string' && { group_id: groupId }),
      task_id: id as string,
    },
    // Where results are messages, the step's own caller waits for this one.
    ...(typeof replyTo === 'string' && replyTo !== '' && { replyTo }),
  });
}

function membershipOf(leaf: SignatureJson, cause: FailureCause): readonly FinishedMember[] {
  const { task_id: taskId, group_id: groupId, group_index: index, chord } = leaf.options;
  if (!isSignature(chord) || typeof taskId !== 'string' || typeof groupId !== 'string') return [];
  const part = {
    groupId,
    taskId,
    index: typeof index === 'number' ? index : null,
    status: 'FAILURE',
    result: cause.exception,
  };
  return [{ part, body: chord, rootId: taskId }];
}

/**
 * The tasks that hold results. Where a workflow reports to a chord, its last tasks do: they get its place there.
 */
function leavesOf(signature: SignatureJson, place: WireOptions = {}): readonly SignatureJson[] {
  const { chord, group_id, group_index } = { ...place, ...signature.options };
  const own = chord === undefined ? {} : { chord, group_id, group_index };
  switch (signature.subtask_type) {
    case 'chain': {
      const steps = membersOf(signature);
      return steps.flatMap((step, index) => leavesOf(step, index === steps.length - 1 ? own : {}));
    }
    case 'group':
      return membersOf(signature).flatMap((member) => leavesOf(member, own));
    case 'chord':
      return [...headerOf(signature).flatMap((member) => leavesOf(member)), ...leavesOf(bodyOf(signature), own)];
    default:
      return [withOptions(signature, own)];
  }
}

function isSignature(value: unknown): value is SignatureJson {
  return typeof value === 'object' && value !== null && 'task' in value;
}
