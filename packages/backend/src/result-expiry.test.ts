import { describe, expect, it } from 'vitest';
import { isExpired, resultExpiresAt, resultTtlMs } from './result-expiry.ts';

describe('result expiry', () => {
  it.each([
    [undefined, undefined],
    [0, undefined],
    [-1, undefined],
    [1, 101],
    [86_400_000, 86_400_100],
  ])('%s ms end at %s', (resultExpiresMs, expected) => {
    expect(resultExpiresAt(100, resultExpiresMs)).toBe(expected);
  });

  it('gives no time to live to what is kept for ever', () => {
    expect([resultTtlMs(undefined), resultTtlMs(0), resultTtlMs(5)]).toEqual([undefined, undefined, 5]);
  });

  it('expires at its very millisecond', () => {
    expect([isExpired(100, 99), isExpired(100, 100), isExpired(undefined, 1e15)]).toEqual([false, true, false]);
  });
});
