import { describe, expect, it } from 'vitest';
import { prefetchCount } from './prefetch-count.ts';

describe('prefetchCount', () => {
  it.each([
    [2, 4, 0, 8],
    [2, 4, 1, 9],
    [1, 1, 0, 1],
    [8, 0, 5, 0],
    [100, 4, 65_135, 65_535],
    [100, 4, 65_136, 0],
  ])('%i tasks at a time, times %i, with %i held: %i', (concurrency, multiplier, held, expected) => {
    expect(prefetchCount(concurrency, multiplier, held)).toBe(expected);
  });
});
