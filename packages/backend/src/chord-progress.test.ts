import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChordPart } from './backend.ts';
import { CHORD_CLAIM_MS, ChordJoin, inHeaderOrder, mayClaimChord } from './chord-progress.ts';

const part = (index: number | null, taskId = `t${index}`): ChordPart => ({
  groupId: 'g',
  taskId,
  index,
  status: 'SUCCESS',
  result: index,
});

/** Every member of a header at least once, in any order, some of them repeatedly. */
const completions: fc.Arbitrary<{ size: number; order: number[] }> = fc.integer({ min: 1, max: 30 }).chain((size) =>
  fc.array(fc.nat(size - 1), { maxLength: 60 }).chain((extra) =>
    fc
      .shuffledSubarray([...Array.from({ length: size }, (_, index) => index), ...extra], {
        minLength: size + extra.length,
      })
      .map((order) => ({ size, order })),
  ),
);

describe('ChordJoin', () => {
  it('gives all parts, in header order, to exactly one completion: the one that makes it complete', () => {
    fc.assert(
      fc.property(completions, ({ size, order }) => {
        const join = new ChordJoin();
        join.open(size);
        const seen = new Set<number>();
        const winners = order.filter((index) => {
          const before = seen.size;
          seen.add(index);
          const progress = join.join(part(index), 5);
          expect(progress.done).toBe(seen.size);
          expect(progress.size).toBe(size);
          if (progress.parts === undefined) return false;
          expect([before, seen.size]).toEqual([size - 1, size]);
          expect(progress.parts.map((one) => one.index)).toEqual(
            Array.from({ length: size }, (_, position) => position),
          );
          return true;
        });
        expect(winners).toHaveLength(1);
      }),
    );
  });

  it('does not depend on when the size is told, as long as one completion follows', () => {
    fc.assert(
      fc.property(completions, fc.nat(60), ({ size, order }, at) => {
        const join = new ChordJoin();
        let given = 0;
        for (const [step, index] of [...order, order[0]!].entries()) {
          if (step === Math.min(at, order.length)) join.open(size);
          if (join.join(part(index), 5).parts !== undefined) given += 1;
        }
        expect(given).toBe(1);
      }),
    );
  });

  it('keeps the first completion of a member', () => {
    const join = new ChordJoin();
    join.open(2);
    join.join({ ...part(0), result: 'first' }, 1);
    join.join({ ...part(0), result: 'second' }, 2);
    expect(join.join(part(1), 3).parts?.map((one) => one.result)).toEqual(['first', 1]);
  });

  it('gives the parts again once the claim has run out, and not before', () => {
    const join = new ChordJoin();
    join.open(1);
    expect(join.join(part(0), 1000).parts).toHaveLength(1);
    expect(join.join(part(0), 1000 + CHORD_CLAIM_MS - 1).parts).toBeUndefined();
    expect(join.join(part(0), 1000 + CHORD_CLAIM_MS).parts).toHaveLength(1);
    expect(join.join(part(0), 1001 + CHORD_CLAIM_MS).parts).toBeUndefined();
  });

  it('reports a closed chord as complete and gives no parts, whatever comes later', () => {
    const join = new ChordJoin();
    join.open(1);
    join.join(part(0), 1);
    join.close();
    join.open(1);
    expect(join.join(part(0), 1e9)).toEqual({ done: 1, size: 1, parts: undefined });
  });

  it('can be opened after it was closed unopened', () => {
    const join = new ChordJoin();
    join.close();
    join.open(1);
    expect(join.join(part(0), 1).parts).toHaveLength(1);
  });

  it('has no size while nobody told it', () => {
    expect(new ChordJoin().join(part(0), 1)).toEqual({ done: 1, size: undefined, parts: undefined });
  });

  it('follows a corrected size', () => {
    const join = new ChordJoin();
    join.open(3);
    join.join(part(0), 1);
    join.open(2);
    expect(join.join(part(1), 2).parts).toHaveLength(2);
  });
});

describe('mayClaimChord', () => {
  const whole = { done: 2, size: 2, claimedAtMs: undefined, closed: false };
  it.each([
    ['complete and unclaimed', whole, true],
    ['more than complete', { ...whole, done: 3 }, true],
    ['one missing', { ...whole, done: 1 }, false],
    ['unknown size', { ...whole, size: undefined }, false],
    ['closed', { ...whole, closed: true }, false],
    ['claimed just now', { ...whole, claimedAtMs: 95 }, false],
    ['claimed long ago', { ...whole, claimedAtMs: 90 }, true],
  ])('%s', (_, standing, expected) => {
    expect(mayClaimChord(standing, 100, 10)).toBe(expected);
  });
});

describe('inHeaderOrder', () => {
  it('puts parts without a position last, by task id', () => {
    const order = inHeaderOrder([part(null, 'b'), part(10), part(null, 'a'), part(2)]);
    expect(order.map((one) => one.taskId)).toEqual(['t2', 't10', 'a', 'b']);
  });
});
