import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EtaHeap } from './eta-heap.ts';

type Step =
  | { readonly kind: 'add'; readonly id: string; readonly dueMs: number }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'pop'; readonly nowMs: number }
  | { readonly kind: 'removeWhere'; readonly divisor: number };

const id = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('add' as const), id, dueMs: fc.integer({ min: 0, max: 20 }) }),
  },
  fc.record({ kind: fc.constant('remove' as const), id }),
  fc.record({ kind: fc.constant('pop' as const), nowMs: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ kind: fc.constant('removeWhere' as const), divisor: fc.integer({ min: 2, max: 4 }) }),
);

interface Entry {
  readonly id: string;
  readonly dueMs: number;
  readonly item: number;
}

describe('EtaHeap', () => {
  it('behaves as a sorted list, whatever is added, removed and taken', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const heap = new EtaHeap<number>();
        let model: Entry[] = [];
        for (const [number, one] of steps.entries()) {
          if (one.kind === 'add') {
            heap.add(one.id, one.dueMs, number);
            model.push({ id: one.id, dueMs: one.dueMs, item: number });
            model.sort((a, b) => a.dueMs - b.dueMs || a.item - b.item);
          } else if (one.kind === 'pop') {
            const due = model[0] !== undefined && model[0].dueMs <= one.nowMs ? model.shift() : undefined;
            expect(heap.popDue(one.nowMs)).toBe(due?.item);
          } else {
            const isWanted = (entry: Entry) =>
              one.kind === 'remove' ? entry.id === one.id : entry.item % one.divisor === 0;
            const removed =
              one.kind === 'remove' ? heap.remove(one.id) : heap.removeWhere((item) => item % one.divisor === 0);
            expect([...removed].sort()).toEqual(
              model
                .filter(isWanted)
                .map(({ item }) => item)
                .sort(),
            );
            model = model.filter((entry) => !isWanted(entry));
          }
          for (const name of ['a', 'b', 'c', 'd']) {
            const inOrder = model.filter((entry) => entry.id === name).map(({ item }) => item);
            expect(heap.itemsOf(name)).toEqual(inOrder.sort((a, b) => a - b));
          }
          expect(heap.items()).toEqual(model.map(({ item }) => item));
          expect(heap.size).toBe(model.length);
          expect(heap.nextDueMs).toBe(model[0]?.dueMs);
        }
      }),
    );
  });

  it('takes very many items of one id in no time', () => {
    const heap = new EtaHeap<number>();
    for (let item = 0; item < 50_000; item++) heap.add('same', 5, item);
    const startedMs = performance.now();
    const taken = Array.from({ length: 25_000 }, () => heap.popDue(5));
    taken.push(...heap.remove('same'));
    // Looking through all with the same id for each of them takes many times as long.
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(taken).toEqual(Array.from({ length: 50_000 }, (_, item) => item));
    expect([heap.size, heap.itemsOf('same')]).toEqual([0, []]);
  });

  it('gives out items that are due together in order of arrival', () => {
    const heap = new EtaHeap<string>();
    for (const item of ['first', 'second', 'third']) heap.add('same', 5, item);
    expect([heap.popDue(5), heap.popDue(5), heap.popDue(5), heap.popDue(5)]).toEqual([
      'first',
      'second',
      'third',
      undefined,
    ]);
  });
});
