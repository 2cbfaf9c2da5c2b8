import type { SignatureJson } from '@celeriac/protocol';
import { bodyOf, listOf, membersOf } from '../signature/signature-parts.ts';

/** Errbacks of one task that will not run. */
export interface FailedErrbacks {
  readonly id: string;
  readonly errbacks: readonly SignatureJson[];
}

/**
 * Whom to tell when a chord's body cannot run: the errbacks of the tasks that would have been the first to run. Those of a
 * chord are its body's, as always.
 * @param inherited - errbacks of the workflow that the signature is a part of
 * @see celery/backends/base.py chord_error_from_stack
 */
export function errbacksOf(body: SignatureJson, inherited: readonly SignatureJson[] = []): readonly FailedErrbacks[] {
  const errbacks = [...inherited, ...listOf(body.options['link_error'])];
  switch (body.subtask_type) {
    case 'chain': {
      const [first] = membersOf(body);
      return first === undefined ? [] : errbacksOf(first, errbacks);
    }
    case 'group':
      return membersOf(body).flatMap((member) => errbacksOf(member, errbacks));
    case 'chord':
      return errbacksOf(bodyOf(body), errbacks);
    default: {
      const id = body.options['task_id'];
      return typeof id === 'string' && errbacks.length > 0 ? [{ id, errbacks }] : [];
    }
  }
}
