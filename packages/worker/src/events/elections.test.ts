import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, Elections } from './elections.ts';

const candidate = (clock: number, name: string): Candidate => ({ clock, name, topic: 'task', action: null });

/** All that the workers of a fleet say, in one order. */
interface Said {
  readonly kind: 'stand' | 'ack';
  readonly clock: number;
  readonly name: string;
}

function electedBy(said: readonly Said[], others: number): readonly (Candidate | undefined)[] {
  const elections = new Elections();
  return said.map(({ kind, clock, name }) => {
    if (kind === 'ack') return elections.acknowledge('id', others, 0);
    elections.stand('id', candidate(clock, name), 0);
    return undefined;
  });
}

describe('Elections', () => {
  it.each<[string, readonly Said[], number, string | undefined]>([
    [
      'a worker alone elects itself',
      [
        { kind: 'stand', clock: 5, name: 'a.1' },
        { kind: 'ack', clock: 0, name: '' },
      ],
      0,
      'a.1',
    ],
    [
      'the lowest clock wins',
      [
        { kind: 'stand', clock: 5, name: 'a.1' },
        { kind: 'stand', clock: 4, name: 'b.1' },
        { kind: 'ack', clock: 0, name: '' },
      ],
      1,
      'b.1',
    ],
    [
      'of equal clocks the first name',
      [
        { kind: 'stand', clock: 5, name: 'b.1' },
        { kind: 'stand', clock: 5, name: 'a.1' },
        { kind: 'ack', clock: 0, name: '' },
      ],
      1,
      'a.1',
    ],
    [
      'too few have heard of it',
      [
        { kind: 'stand', clock: 5, name: 'b.1' },
        { kind: 'ack', clock: 0, name: '' },
      ],
      2,
      undefined,
    ],
    ['nobody stands', [{ kind: 'ack', clock: 0, name: '' }], 0, undefined],
  ])('%s', (_name, said, others, expected) => {
    expect(electedBy(said, others).find((one) => one !== undefined)?.name).toBe(expected);
  });

  it('is over once: what comes later elects nobody', () => {
    const elections = new Elections();
    elections.stand('id', candidate(5, 'b.1'), 0);
    expect(elections.acknowledge('id', 1, 0)?.name).toBe('b.1');
    elections.stand('id', candidate(1, 'a.1'), 0);
    expect(elections.acknowledge('id', 1, 0)).toBeUndefined();
  });

  it('elects at most one, whatever is said, and the same for all who hear it', () => {
    const one = fc.record({
      kind: fc.constantFrom('stand' as const, 'ack' as const),
      clock: fc.integer({ min: 0, max: 3 }),
      name: fc.constantFrom('a.1', 'b.1', 'c.1'),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), fc.integer({ min: 0, max: 4 }), (said, others) => {
        const elected = electedBy(said, others).filter((each) => each !== undefined);
        expect(elected.length).toBeLessThanOrEqual(1);
        expect(electedBy(said, others).filter((each) => each !== undefined)).toEqual(elected);
      }),
    );
  });

  it('forgets elections that nobody speaks of any more, and has room for new ones then', () => {
    const elections = new Elections();
    for (let count = 0; count < 1000; count++) elections.stand(`id-${count}`, candidate(1, 'a.1'), 0);
    elections.stand('late', candidate(1, 'a.1'), 1000);
    expect(elections.acknowledge('late', 0, 1000)).toBeUndefined();
    elections.stand('late', candidate(1, 'a.1'), 61_000);
    expect(elections.acknowledge('late', 0, 61_000)?.name).toBe('a.1');
  });
});
