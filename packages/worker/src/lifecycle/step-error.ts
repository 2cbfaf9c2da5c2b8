import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** Why steps cannot be ordered, or one of them is none. */
export type StepProblem = 'cycle' | 'missing' | 'duplicate' | 'not-a-step';

/** The bootsteps of an app do not fit together. */
export class StepError extends CeleriacError {
  readonly code = 'CLR_BOOTSTEP';
  readonly problem: StepProblem;
  /** The names of the steps at fault. */
  readonly steps: readonly string[];

  constructor(problem: StepProblem, steps: readonly string[], message: string, options?: CeleriacErrorOptions) {
    super(message, options);
    this.problem = problem;
    this.steps = steps;
  }
}
