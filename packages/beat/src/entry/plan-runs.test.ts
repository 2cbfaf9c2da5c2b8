import type { PeriodicPolicies, PeriodicSchedule } from '@celeriac/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cron } from '../schedule/cron-schedule.ts';
import { crontab } from '../schedule/crontab-schedule.ts';
import { every, IntervalSchedule } from '../schedule/interval-schedule.ts';
import { HOUR_MS, MINUTE_MS } from '../zone/civil-time.ts';
import { jitterOf } from './jitter.ts';
import { nextLook, planRuns } from './plan-runs.ts';
import { readEntry } from './read-entry.ts';
import { type EntryState, newState, type ScheduleEntry } from './schedule-entry.ts';

const START = Date.UTC(2026, 5, 1, 12);
const minute = (count: number): number => START + count * MINUTE_MS;

function entryOf(schedule: PeriodicSchedule, policies: PeriodicPolicies = {}): ScheduleEntry {
  const defaults = { timezone: 'UTC', startingDeadlineMs: Number.POSITIVE_INFINITY };
  return readEntry('entry', { task: 'add', schedule, ...policies }, defaults, 'config');
}

const lastDue = (lastDueMs: number): EntryState => ({ ...newState(lastDueMs), lastDueMs });

describe('a beat that stood still for an hour, with an entry of every minute', () => {
  test.each<[PeriodicPolicies, number]>([
    [{}, 1],
    [{ missedRuns: 'once' }, 1],
    [{ missedRuns: 'skip' }, 1],
    [{ missedRuns: 'all' }, 60],
    [{ missedRuns: 'all', startingDeadline: 600 }, 11],
    [{ missedRuns: 'all', maxRuns: 7 }, 7],
    [{ missedRuns: 'all', endAt: minute(5) }, 5],
  ])('%j: %d runs', (policies, count) => {
    for (const schedule of [crontab(), every(60), cron('* * * * *')]) {
      const plan = planRuns(entryOf(schedule, policies), lastDue(START), minute(60));
      expect(plan.runs.length, schedule.describe()).toBe(count);
    }
  });

  test('with half a minute passed since the last due time, skipping means none', () => {
    const now = minute(60) + 30_000;
    expect(planRuns(entryOf(crontab(), { missedRuns: 'skip' }), lastDue(START), now)).toEqual({
      runs: [],
      hasDropped: true,
      lastDueMs: minute(60),
      nextMs: minute(61),
    });
    expect(planRuns(entryOf(crontab()), lastDue(START), now)).toEqual({
      runs: [minute(60)],
      hasDropped: true,
      lastDueMs: minute(60),
      nextMs: minute(61),
    });
    expect(planRuns(entryOf(crontab(), { startingDeadline: 20 }), lastDue(START), now).runs).toEqual([]);
    expect(planRuns(entryOf(crontab(), { startingDeadline: 40 }), lastDue(START), now).runs).toEqual([minute(60)]);
  });
});

describe('what is missed in years', () => {
  test.each([
    ['every second', every(1), 1],
    ['a crontab of every minute', crontab(), 1],
    ['a cron of every second', cron('* * * * * *'), 1],
  ] as const)('%s takes no time to pass over', (_name, schedule, count) => {
    const now = START + 20 * 365 * 24 * HOUR_MS;
    const begun = performance.now();
    const plan = planRuns(entryOf(schedule), lastDue(START), now);
    expect(plan.runs).toEqual([now]);
    expect(plan.runs.length).toBe(count);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test('all of them come in goes of a thousand', () => {
    const entry = entryOf(every(1), { missedRuns: 'all' });
    const first = planRuns(entry, lastDue(START), START + 2500 * 1000);
    expect(first.runs.length).toBe(1000);
    expect(first.nextMs).toBe(START + 1001 * 1000);
    const second = planRuns(entry, lastDue(first.lastDueMs!), START + 2500 * 1000);
    expect(second.runs[0]).toBe(START + 1001 * 1000);
  });
});

describe('first runs', () => {
  test.each<[string, PeriodicSchedule, PeriodicPolicies, number | undefined]>([
    ['an interval begins with the entry', every(90), {}, START + 90_000],
    ['a crontab waits for its minute', crontab({ minute: 5 }), {}, minute(5)],
    ['a start moves an interval', every(90), { startAt: minute(10) }, minute(10)],
    ['a start moves a crontab', crontab({ minute: 10 }), { startAt: minute(10) }, minute(10)],
    ['a moment that has passed', new Date(minute(-10)), {}, minute(-10)],
    ['a moment before the start', new Date(minute(-10)), { startAt: minute(0) }, undefined],
    ['an end before anything', every(90), { endAt: minute(1) }, undefined],
    ['paused', every(90), { enabled: false }, undefined],
  ])('%s', (_name, schedule, policies, expected) => {
    expect(nextLook(entryOf(schedule, policies), newState(START), START)).toBe(expected);
  });
});

describe('jitter', () => {
  test('is the same for the same due time, spread, and within its bounds', () => {
    const delays = Array.from({ length: 2000 }, (_item, index) => jitterOf('x', START + index * 1000, 1000));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    expect(mean).toBeGreaterThan(450);
    expect(mean).toBeLessThan(550);
    expect(jitterOf('x', START, 1000)).toBe(jitterOf('x', START, 1000));
    expect(jitterOf('x', START, 0)).toBe(0);
  });

  test('delays the run and not the due time', () => {
    const entry = entryOf(every(60), { jitter: 30 });
    const due = minute(1);
    const sentAt = due + jitterOf('entry', due, 30_000);
    expect(nextLook(entry, newState(START), START)).toBe(sentAt);
    expect(planRuns(entry, newState(START), sentAt - 1).runs).toEqual([]);
    expect(planRuns(entry, newState(START), sentAt).runs).toEqual([due]);
  });
});

test('whatever the schedule, policies and pauses, due times are of the schedule, run once, in order', () => {
  const schedules = [
    every(1),
    every(7.5),
    every('1 minute', { relative: true }),
    crontab(),
    crontab({ minute: '*/7' }),
    cron('*/5 * * * * *'),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...schedules),
      fc.constantFrom('skip', 'once', 'all'),
      fc.integer({ min: 0, max: 20 }),
      fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 30 }),
      (schedule, missedRuns, jitter, steps) => {
        const entry = entryOf(schedule, { missedRuns, jitter });
        let state = newState(START);
        let now = START;
        let latest = Number.NEGATIVE_INFINITY;
        for (const step of steps) {
          now += step;
          const plan = planRuns(entry, state, now);
          for (const due of plan.runs) {
            expect(due).toBeGreaterThan(latest);
            expect(due).toBeLessThanOrEqual(now);
            if (schedule instanceof IntervalSchedule) {
              if (!schedule.relative) expect((due - START) % schedule.everyMs).toBe(0);
            } else expect(schedule.next(due - 1, entry.context)).toBe(due);
            latest = due;
          }
          if (plan.runs.length === 1000) now -= step;
          if (plan.nextMs !== undefined && plan.runs.length < 1000) expect(plan.nextMs).toBeGreaterThan(now);
          state = { ...state, lastDueMs: plan.lastDueMs };
        }
      },
    ),
    { numRuns: 300 },
  );
});
