import { FakeClock } from '@celeriac/testkit';
import { describe, expect, it } from 'vitest';
import { EtaSchedule } from './eta-schedule.ts';

const DAY_MS = 86_400_000;

function schedule(): { clock: FakeClock; due: string[][]; holds: EtaSchedule<string> } {
  const clock = new FakeClock(0);
  const due: string[][] = [];
  return { clock, due, holds: new EtaSchedule<string>(clock, (items) => due.push([...items])) };
}

describe('EtaSchedule', () => {
  it('releases items at their time, with one timer for all', async () => {
    const { clock, due, holds } = schedule();
    holds.add('b', 200, 'b');
    holds.add('a', 100, 'a');
    holds.add('c', 100, 'c');
    expect(clock.pending).toBe(1);
    await clock.advance(99);
    expect(due).toEqual([]);
    await clock.advance(1);
    expect(due).toEqual([['a', 'c']]);
    await clock.advance(100);
    expect(due).toEqual([['a', 'c'], ['b']]);
    expect(clock.pending).toBe(0);
  });

  it('M16 C1: does not release an item early that is due in a hundred days', async () => {
    const { clock, due, holds } = schedule();
    holds.add('far', 100 * DAY_MS, 'far');
    await clock.advance(99 * DAY_MS);
    expect(due).toEqual([]);
    await clock.advance(DAY_MS);
    expect(due).toEqual([['far']]);
  });

  it('stops its timer with the last item', () => {
    const { clock, holds } = schedule();
    holds.add('a', 100, 'a');
    expect(holds.remove('a')).toEqual(['a']);
    expect(clock.pending).toBe(0);
    expect(holds.size).toBe(0);
  });

  it('waits on when the wall clock was set back', async () => {
    const { clock, due, holds } = schedule();
    holds.add('a', 1000, 'a');
    clock.setTime(-5000);
    await clock.advance(1000);
    expect(due).toEqual([]);
    await clock.advance(5000);
    expect(due).toEqual([['a']]);
  });
});
