import type { RegisteredTask } from '@celeriac/core/internal';
import type { TaskRequest } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { TimeLimits } from './time-limits.ts';

const request = (hard: number | null = null, soft: number | null = null): TaskRequest =>
  ({ task: 'a', timeLimitSeconds: hard, softTimeLimitSeconds: soft }) as TaskRequest;
const task = (timeLimit?: number, softTimeLimit?: number): RegisteredTask =>
  ({ options: { timeLimit, softTimeLimit } }) as RegisteredTask;

describe('TimeLimits', () => {
  it('takes those of the call, then of the task, then of the worker', () => {
    const limits = new TimeLimits({ soft: null, hard: 30 });
    expect(limits.of(request(1, 0.5), task(10, 5))).toEqual({ hardMs: 1000, softMs: 500 });
    expect(limits.of(request(), task(10, 5))).toEqual({ hardMs: 10_000, softMs: 5000 });
    expect(limits.of(request(), task())).toEqual({ hardMs: 30_000, softMs: undefined });
    expect(new TimeLimits({ soft: null, hard: null }).of(request(), task())).toBeUndefined();
  });

  it('can be changed for a task, and taken away', () => {
    const limits = new TimeLimits({ soft: null, hard: null });
    limits.set('a', { soft: 1, hard: 2 });
    expect(limits.of(request(), task(10, 5))).toEqual({ hardMs: 2000, softMs: 1000 });
    limits.set('a', { soft: null, hard: null });
    expect(limits.of(request(), task(10, 5))).toBeUndefined();
  });

  it.each([{ soft: 2, hard: 1 }, { hard: 0 }, { soft: -1 }, { hard: Number.NaN }])('refuses %o', (bad) => {
    expect(() => new TimeLimits({ soft: null, hard: null }).set('a', bad)).toThrow(RangeError);
  });
});
