import type { SignatureApplication } from '../signature/plan-signature.ts';
import { Ignore } from '../task/semipredicates.ts';

/** Ends a run whose place another signature takes: what `context.replace()` throws. */
export class TaskReplaced extends Ignore {
  readonly replacement: SignatureApplication;

  constructor(replacement: SignatureApplication) {
    super('replaced by another task');
    this.replacement = replacement;
  }
}
