import { describe, expect, it } from 'vitest';
import { isSuspect, judge } from './delivery-limit.ts';

/** Runs a message that kills its process every time, and counts as the workers would. */
function runsOfPoison(limit: number, countsDeliveries: boolean): number {
  let [runs, begun] = [0, 0];
  for (let deliveries = 1; deliveries < 50; deliveries++) {
    const known = countsDeliveries ? deliveries : undefined;
    if (isSuspect(known, deliveries > 1, limit)) {
      if (judge(begun, known, limit) === 'poison') return runs;
      begun++;
    }
    runs++;
  }
  return Number.POSITIVE_INFINITY;
}

describe('the delivery limit', () => {
  it.each([0, 1, 2, 3, 5, 10])('a message that always kills runs once and %i times more', (limit) => {
    expect(runsOfPoison(limit, true)).toBe(limit + 1);
  });

  it.each([1, 2, 3, 5])('never runs it more often than that where the broker does not count (limit %i)', (limit) => {
    const runs = runsOfPoison(limit, false);
    expect(runs).toBeGreaterThan(1);
    expect(runs).toBeLessThanOrEqual(limit + 1);
  });

  it('does not look at a message that was given back once', () => {
    expect([isSuspect(1, false, 3), isSuspect(2, true, 3), isSuspect(3, true, 3)]).toEqual([false, false, true]);
  });

  it('lets a message run that was fetched often but never begun', () => {
    expect(judge(0, 40, 3)).toBe('run');
  });

  it('runs one alone that was begun and did not end', () => {
    expect(judge(1, 4, 3)).toBe('run-alone');
  });

  it('takes deliveries for runs where nobody counts', () => {
    expect([judge(undefined, 4, 3), judge(undefined, 5, 3), judge(undefined, undefined, 3)]).toEqual([
      'run-alone',
      'poison',
      'run-alone',
    ]);
  });
});
