import { CeleriacError, type CeleriacErrorOptions, escapeForLog } from '@celeriac/protocol/basics';

/** A signature or workflow that could not run. Nothing of it was sent. */
export class SignatureError extends CeleriacError {
  readonly code = 'CLR_SIGNATURE';
  /** The step at fault: `chain[1] (shop.pay)`. */
  readonly step: string;
  /** What is wrong with it. */
  readonly problem: string;

  constructor(step: string, problem: string, options?: CeleriacErrorOptions) {
    super(`${escapeForLog(step, 255)}: ${escapeForLog(problem, 500)}`, options);
    this.step = step;
    this.problem = problem;
  }
}

/** Who sends it is not known. */
export function noCaller(step: string): SignatureError {
  return new SignatureError(step, 'belongs to no app', {
    hint: 'Make it with task.s() or app.signature(), or give { app }.',
  });
}
