import { describe, expect, it } from 'vitest';
import { spanMs, type TimeSpan } from './time-span.ts';

describe('spanMs', () => {
  it.each<[number, TimeSpan]>([
    [0, 0],
    [1500, 1500],
    [3_600_000, { hours: 1 }],
    [400 * 86_400_000, { days: 400 }],
    [86_400_000 + 2 * 3_600_000 + 3 * 60_000 + 4005, { days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 }],
    [100, { seconds: 0.1 }],
    [0, {}],
  ])('%d ms: %o', (ms, span) => {
    expect(spanMs(span)).toBe(ms);
  });

  it.each<[unknown]>([
    [-1],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [{ hours: -1 }],
    [{ weeks: 1 }],
    [{ seconds: 'x' }],
  ])('refuses %o', (span) => {
    expect(() => spanMs(span as TimeSpan)).toThrow(RangeError);
  });
});
