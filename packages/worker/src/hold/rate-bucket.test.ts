import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateBucket, ratePerSecond } from './rate-bucket.ts';

describe('ratePerSecond', () => {
  it.each([
    ['10/s', 10],
    ['10', 10],
    [2.5, 2.5],
    ['90/m', 1.5],
    ['1800/h', 0.5],
    ['0', 0],
    [0, 0],
  ])('%s is %f', (rate, expected) => {
    expect(ratePerSecond(rate)).toBe(expected);
  });

  it.each(['', '10/d', '-1/s', 'x', '1/s/s', -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (rate) => {
    expect(() => ratePerSecond(rate)).toThrow(RangeError);
  });
});

describe('RateBucket', () => {
  it('lets one through at once, and the next after its time', () => {
    const bucket = new RateBucket(10, 1000);
    expect([bucket.take(1000), bucket.take(1099), bucket.take(1100), bucket.take(1150)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('saves nothing up for later', () => {
    const bucket = new RateBucket(10, 0);
    expect([bucket.take(60_000), bucket.take(60_000)]).toEqual([true, false]);
  });

  it('the next token comes as a changed rate says', () => {
    const slow = new RateBucket(1 / 3600, 0);
    slow.take(0);
    const fast = slow.changed(10, 5000);
    expect([fast.take(5050), fast.take(5100)]).toEqual([false, true]);
  });

  it('never lets through more than the rate allows, whenever it is asked', () => {
    const asked = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 200 }), (steps, perSecond) => {
        const bucket = new RateBucket(perSecond, 0);
        let nowMs = 0;
        let taken = 0;
        for (const step of steps) {
          nowMs += step;
          if (bucket.take(nowMs)) taken++;
        }
        expect(taken).toBeLessThanOrEqual((nowMs * perSecond) / 1000 + 1);
      }),
    );
  });
});
