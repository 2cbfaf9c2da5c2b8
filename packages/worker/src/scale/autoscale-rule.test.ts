import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AutoscaleFacts, celeryRule, targetOf } from './autoscale-rule.ts';

const facts: AutoscaleFacts = { current: 2, min: 2, max: 10, reserved: 0, sinceGrowthMs: undefined };

describe('the rule of Celery', () => {
  it.each<[string, Partial<AutoscaleFacts>, number]>([
    ['grows at once', { reserved: 5 }, 5],
    ['never beyond the most', { reserved: 50 }, 10],
    ['keeps what it has for a while', { current: 8, reserved: 1, sinceGrowthMs: 30_000 }, 8],
    ['shrinks after that', { current: 8, reserved: 3, sinceGrowthMs: 30_001 }, 3],
    ['never below the fewest', { current: 8, reserved: 0, sinceGrowthMs: 60_000 }, 2],
    ['does not shrink what never grew', { current: 8, reserved: 0 }, 8],
  ])('%s', (_what, given, expected) => {
    expect(targetOf(celeryRule, { ...facts, ...given })).toBe(expected);
  });
});

describe('targetOf', () => {
  it('stays within the bounds, whatever a rule says', () => {
    fc.assert(
      fc.property(fc.double(), (wanted) => {
        const target = targetOf(() => wanted, facts);
        expect(target).toBeGreaterThanOrEqual(2);
        expect(target).toBeLessThanOrEqual(10);
        expect(Number.isInteger(target)).toBe(true);
      }),
    );
  });
});
