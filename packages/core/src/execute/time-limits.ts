import { CeleriacError, type Clock } from '@celeriac/protocol/basics';
import { currentTask } from './current-task.ts';

const MODULE = 'billiard.exceptions';

/**
 * The soft time limit of a running task has passed: it should clean up and end, before the hard limit ends it. The reason of
 * `context.signal`, and thrown by {@link checkLimits}.
 * @see celery/exceptions.py SoftTimeLimitExceeded
 */
export class SoftTimeLimitExceeded extends CeleriacError {
  readonly code = 'CLR_SOFT_TIME_LIMIT';
  /** How Python sees it. */
  readonly module: string = MODULE;
  readonly excType: string = 'SoftTimeLimitExceeded';
  readonly args: readonly unknown[] = [];
  /** The limit in milliseconds. */
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`The soft time limit of ${limitMs / 1000} s has passed.`);
    this.limitMs = limitMs;
  }
}

/**
 * The hard time limit of a task has passed, and it was stopped.
 * @see billiard/exceptions.py TimeLimitExceeded
 */
export class TimeLimitExceeded extends CeleriacError {
  readonly code = 'CLR_TIME_LIMIT';
  readonly module: string = MODULE;
  readonly excType: string = 'TimeLimitExceeded';
  /** In seconds, as Python has it. */
  readonly args: readonly unknown[];
  /** The limit in milliseconds. */
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`The hard time limit of ${limitMs / 1000} s has passed.`);
    this.limitMs = limitMs;
    this.args = [limitMs / 1000];
  }
}

/** The soft limit of one run, for code that never yields. */
export class SoftLimit {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #dueMs: number;
  #isSaid = false;

  /** @param limitMs - counted from now */
  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#dueMs = clock.monotonic() + limitMs;
  }

  /** @throws {SoftTimeLimitExceeded} once, when it has passed: whoever cleans up is not interrupted again */
  check(): void {
    if (this.#isSaid || this.#clock.monotonic() < this.#dueMs) return;
    this.#isSaid = true;
    throw new SoftTimeLimitExceeded(this.#limitMs);
  }
}

/**
 * For tasks that compute for long without a pause, and so never see `context.signal`: call it now and then. Costs next to
 * nothing, and nothing happens outside of tasks or without a soft limit.
 * @throws {SoftTimeLimitExceeded} once, when the soft time limit of the running task has passed
 */
export function checkLimits(): void {
  currentTask()?.softLimit?.check();
}
