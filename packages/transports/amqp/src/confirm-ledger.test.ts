import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfirmLedger } from './confirm-ledger.ts';

describe('ConfirmLedger', () => {
  it('finishes an entry when all of it is answered, in whatever order', () => {
    const ledger = new ConfirmLedger<string>();
    ledger.add('first', 2);
    ledger.add('second', 3);
    expect(ledger.settle({ tag: 4, multiple: false })).toEqual([]);
    expect(ledger.settle({ tag: 1, multiple: false })).toEqual([]);
    expect(ledger.settle({ tag: 3, multiple: true })).toEqual(['first']);
    expect(ledger.unanswered(ledger.entryOf(5)!)).toEqual([2]);
    expect(ledger.settle({ tag: 5, multiple: false })).toEqual(['second']);
    expect(ledger.open).toEqual([]);
  });

  it('agrees with a plain set of unanswered tags', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 });
    const answers = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, answers, (counts, confirmations) => {
        const ledger = new ConfirmLedger<number>();
        const open = new Map<number, number>();
        const done: number[] = [];
        for (const [owner, count] of counts.entries()) {
          const first = ledger.add(owner, count);
          for (let tag = first; tag < first + count; tag++) open.set(tag, owner);
        }
        for (const [tag, multiple] of confirmations) {
          for (const one of [...open.keys()]) if (multiple ? one <= tag : one === tag) open.delete(one);
          done.push(...ledger.settle({ tag, multiple }));
        }
        const left = ledger.open.flatMap((entry) => ledger.unanswered(entry).map((at) => entry.first + at));
        expect(left).toEqual([...open.keys()]);
        const unfinished = new Set(open.values());
        const finished = counts.flatMap((count, owner) => (count > 0 && !unfinished.has(owner) ? [owner] : []));
        expect(done.sort((a, b) => a - b)).toEqual(finished);
      }),
    );
  });
});
