import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { automaticDelaySeconds, matchesError, type RetryOptions, retriesItself } from './retry-policy.ts';

const options: RetryOptions = {
  autoretryFor: [],
  dontAutoretryFor: [],
  defaultRetryDelay: 180,
  retryBackoff: false,
  retryBackoffMax: 600,
  retryJitter: false,
};

describe('automaticDelaySeconds', () => {
  test.each([
    [{}, 0, 180],
    [{ retryBackoff: true }, 0, 1],
    [{ retryBackoff: true }, 3, 8],
    [{ retryBackoff: 5 }, 2, 20],
    [{ retryBackoff: true, retryBackoffMax: 10 }, 20, 10],
  ] as const)('%o after %i retries is %i s', (more, retries, seconds) => {
    expect(automaticDelaySeconds({ ...options, ...more }, retries, 0.5)).toBe(seconds);
  });

  test('jitter is a whole number of seconds from none to all of the delay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retries, random) => {
          const seconds = automaticDelaySeconds({ ...options, retryBackoff: true, retryJitter: true }, retries, random);
          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds).toBeGreaterThanOrEqual(0);
          expect(seconds).toBeLessThanOrEqual(600);
        },
      ),
    );
  });
});

test('errors match by class, subclass and name', () => {
  class Busy extends Error {}
  class VeryBusy extends Busy {}
  expect(matchesError(new VeryBusy(), [Busy])).toBe(true);
  expect(matchesError(new Error('x'), [Busy])).toBe(false);
  expect(matchesError(Object.assign(new Error('x'), { excType: 'ValueError' }), ['ValueError'])).toBe(true);
  expect(matchesError(new TypeError('x'), ['TypeError'])).toBe(true);
  expect(matchesError('text', ['TypeError'])).toBe(false);
});

test('the exclusion list wins', () => {
  expect(retriesItself(new TypeError(), { ...options, autoretryFor: [Error], dontAutoretryFor: [TypeError] })).toBe(
    false,
  );
  expect(retriesItself(new RangeError(), { ...options, autoretryFor: [Error], dontAutoretryFor: [TypeError] })).toBe(
    true,
  );
});
