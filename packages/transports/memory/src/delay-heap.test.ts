import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DelayHeap } from './delay-heap.ts';

describe('DelayHeap', () => {
  test('gives out what is due, by time and then by order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: 0, max: 20 }), (times, nowMs) => {
        const heap = new DelayHeap<number>();
        times.forEach((dueMs, index) => void heap.push(index, dueMs));
        const order = times
          .map((dueMs, index) => ({ dueMs, index }))
          .sort((a, b) => a.dueMs - b.dueMs || a.index - b.index);
        expect(heap.items).toEqual(order.map(({ index }) => index));
        const due = order.filter(({ dueMs }) => dueMs <= nowMs);
        for (const { index } of due) expect(heap.popDue(nowMs)).toBe(index);
        expect(heap.popDue(nowMs)).toBeUndefined();
        expect([heap.length, heap.nextDueMs]).toEqual([order.length - due.length, order[due.length]?.dueMs]);
      }),
    );
  });
});
