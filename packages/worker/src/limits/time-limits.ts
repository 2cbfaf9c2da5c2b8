import type { RegisteredTask } from '@celeriac/core/internal';
import type { TaskRequest } from '@celeriac/protocol';
import type { RunLimits } from '../request/run-limits.ts';

/** Limits in seconds; null = none. */
export interface LimitSeconds {
  readonly soft: number | null;
  readonly hard: number | null;
}

/**
 * The time limits of tasks. The message's own count first, then the task's, then the worker's; those of a task can be changed
 * while the worker runs.
 * @see celery/worker/request.py execute_using_pool, celery/worker/control.py time_limit
 */
export class TimeLimits {
  readonly #worker: LimitSeconds;
  readonly #changed: Map<string, LimitSeconds> = new Map();

  /** @param worker - for tasks that have none of their own */
  constructor(worker: LimitSeconds) {
    this.#worker = worker;
  }

  /**
   * Changes the limits of a task for the runs that start from now on.
   * @param limits - in seconds; null or left out = the task has none of its own
   * @throws {RangeError} for what is no positive number, and for a soft limit above the hard one
   */
  set(task: string, { soft = null, hard = null }: Partial<LimitSeconds>): void {
    for (const limit of [soft, hard]) {
      if (limit !== null && !(Number.isFinite(limit) && limit > 0))
        throw new RangeError(`A time limit must be a number of seconds above 0, not ${String(limit)}.`);
    }
    if (soft !== null && hard !== null && soft > hard)
      throw new RangeError(`The soft limit (${soft} s) must not be above the hard one (${hard} s).`);
    this.#changed.set(task, { soft, hard });
  }

  /** The limits of a run; undefined = none. */
  of(request: TaskRequest, task: RegisteredTask): RunLimits | undefined {
    const own = this.#changed.size === 0 ? undefined : this.#changed.get(request.task);
    const { options } = task;
    const hard = request.timeLimitSeconds ?? (own === undefined ? options.timeLimit : own.hard) ?? this.#worker.hard;
    const soft =
      request.softTimeLimitSeconds ?? (own === undefined ? options.softTimeLimit : own.soft) ?? this.#worker.soft;
    if (hard === null && soft === null) return undefined;
    return { softMs: soft === null ? undefined : soft * 1000, hardMs: hard === null ? undefined : hard * 1000 };
  }
}
