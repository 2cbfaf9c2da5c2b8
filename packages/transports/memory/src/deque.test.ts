import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deque } from './deque.ts';

describe('Deque', () => {
  test('does what an array does, through growth and shrinking', () => {
    const step = fc.record({
      verb: fc.constantFrom('pushBack', 'pushFront', 'popFront'),
      times: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const deque = new Deque<number>();
        const model: number[] = [];
        let next = 0;
        for (const { verb, times } of steps) {
          for (let count = 0; count < times; count++) {
            if (verb === 'pushBack') model.push(next);
            if (verb === 'pushFront') model.unshift(next);
            if (verb === 'popFront') expect(deque.popFront()).toBe(model.shift());
            else deque[verb as 'pushBack'](next++);
          }
          expect([...deque]).toEqual(model);
        }
        while (model.length > 0) expect(deque.popFront()).toBe(model.shift());
        expect(deque.popFront()).toBeUndefined();
      }),
    );
  });

  test('takes from a million items in constant time each', () => {
    const deque = new Deque<number>();
    const start = performance.now();
    for (let item = 0; item < 1_000_000; item++) deque.pushBack(item);
    for (let item = 0; item < 1_000_000; item++) deque.popFront();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(deque.length).toBe(0);
  });
});
