import { CeleriacError } from '@celeriac/protocol';

/** So many timers went off in one `advance` that it would hardly come to an end. */
export class EndlessTimersError extends CeleriacError {
  readonly code = 'CLR_TEST_ENDLESS_TIMERS';
  /** How often the clock stopped. */
  readonly steps: number;
  /** Where the clock stands now. */
  readonly now: Date;

  constructor(steps: number, now: Date) {
    super(`The clock stopped ${steps} times on its way and stands at ${now.toISOString()}.`, {
      hint: 'Does a task retry without end, or send itself again? Advance in smaller steps if this is meant to be.',
    });
    this.steps = steps;
    this.now = now;
  }
}
