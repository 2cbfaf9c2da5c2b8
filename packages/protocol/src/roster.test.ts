import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Roster } from './roster.ts';

it('has what a set has, whatever is added and deleted, also again', () => {
  const step = fc.record({ isAdded: fc.boolean(), which: fc.nat({ max: 7 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const roster = new Roster<{ place: number; readonly name: number }>();
      const all = Array.from({ length: 8 }, (_, name) => ({ place: 0, name }));
      const model = new Set<number>();
      for (const { isAdded, which } of steps) {
        const member = all[which]!;
        if (!isAdded) expect(roster.delete(member)).toBe(model.delete(which));
        else {
          roster.add(member);
          model.add(which);
        }
        expect(roster.size).toBe(model.size);
        expect(all.filter((one) => roster.has(one)).map(({ name }) => name)).toEqual([...model].sort());
        expect(Array.from(roster, ({ name }) => name).sort()).toEqual([...model].sort());
      }
    }),
  );
});

it('does not take a member of another roster for its own', () => {
  const [here, there] = [new Roster<{ place: number }>(), new Roster<{ place: number }>()];
  const [mine, theirs] = [{ place: 0 }, { place: 0 }];
  here.add(mine);
  there.add(theirs);
  expect([here.has(theirs), here.delete(theirs), here.size]).toEqual([false, false, 1]);
});
