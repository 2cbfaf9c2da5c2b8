import { describe, expect, it } from 'vitest';
import { freeSlotCount, prefetchCount } from './prefetch-count.ts';

describe('prefetchCount', () => {
  it.each([
    [2, 4, 0, 0, undefined, 0, 8],
    [2, 4, 0, 1, undefined, 0, 9],
    [1, 1, 0, 0, undefined, 0, 1],
    [2, 4, 16, 0, undefined, 0, 24],
    [2, 1, 16, 0, undefined, 0, 2],
    [8, 0, 0, 5, undefined, 0, 0],
    [100, 4, 0, 65_135, undefined, 0, 65_535],
    [100, 4, 0, 65_136, undefined, 0, 0],
    [2, 4, 0, 500, 100, 0, 108],
    [2, 0, 0, 500, 100, 0, 102],
    [4, 4, 0, 0, undefined, 3, 4],
    [4, 4, 0, 2, undefined, 4, 6],
  ])(
    '%i slots, times %i, %i ahead, %i held, at most %s, %i orphans: %i',
    (concurrency, multiplier, ahead, held, heldLimit, orphans, expected) => {
      expect(prefetchCount({ concurrency, multiplier, ahead, held, heldLimit, orphans })).toBe(expected);
    },
  );
});

describe('freeSlotCount', () => {
  it.each([
    [2, 0, 0, 2],
    [1, 1, 0, 2],
    [0, 2, 0, 2],
    [0, 0, 3, 3],
    [0, 0, 0, undefined],
    [-1, 1, 0, 1],
  ])('%i free, %i unsettled, %i held: %s', (free, unsettled, held, expected) => {
    expect(freeSlotCount({ free, unsettled, held })).toBe(expected);
  });
});
