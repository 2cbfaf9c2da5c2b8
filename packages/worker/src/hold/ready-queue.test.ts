import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadyQueue } from './ready-queue.ts';

describe('ReadyQueue', () => {
  it('is first in, first out, however long it gets', () => {
    const queue = new ReadyQueue<number>();
    const taken: (number | undefined)[] = [];
    for (let round = 0; round < 5; round++) {
      for (let item = 0; item < 3000; item++) queue.push(round * 3000 + item);
      for (let count = 0; count < 2500; count++) taken.push(queue.shift());
    }
    expect(queue.size).toBe(2500);
    while (queue.size > 0) taken.push(queue.shift());
    expect(taken).toEqual(Array.from({ length: 15_000 }, (_, index) => index));
    expect(queue.shift()).toBeUndefined();
  });

  it('takes out what is asked for and keeps the order of the rest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(5), (items, skipped) => {
        const queue = new ReadyQueue<number>();
        for (const item of items) queue.push(item);
        for (let count = 0; count < skipped; count++) queue.shift();
        const left = items.slice(skipped);
        expect(queue.removeWhere((item) => item % 2 === 0)).toEqual(left.filter((item) => item % 2 === 0));
        expect(Array.from({ length: queue.size }, () => queue.shift())).toEqual(left.filter((item) => item % 2 !== 0));
      }),
    );
  });
});
