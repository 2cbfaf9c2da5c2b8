import type { SignatureJson } from '@celeriac/protocol';
import { bodyOf, membersOf } from '../signature/signature-parts.ts';

/** The id under which the final result of a frozen signature is stored. */
export function lastIdOf(signature: SignatureJson): string | undefined {
  if (signature.subtask_type === 'chain') {
    const last = membersOf(signature).at(-1);
    return last === undefined ? undefined : lastIdOf(last);
  }
  if (signature.subtask_type === 'chord') return lastIdOf(bodyOf(signature));
  const id = signature.options['task_id'];
  return typeof id === 'string' ? id : undefined;
}
