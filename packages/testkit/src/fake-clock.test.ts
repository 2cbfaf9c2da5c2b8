import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';

describe('FakeClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new FakeClock(1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250]);
  });

  it('runs due timers in order of time, then of creation, each at its own time', async () => {
    const clock = new FakeClock(0);
    const seen: string[] = [];
    const note = (name: string) => () => void seen.push(`${name}@${clock.now()}`);
    clock.setTimer(30, note('late'));
    clock.setTimer(10, note('first'));
    clock.setTimer(10, note('second'));
    clock.setTimer(-5, note('at once'));
    clock.setTimer(31, note('not yet'));
    await clock.advance(30);
    expect(seen).toEqual(['at once@0', 'first@10', 'second@10', 'late@30']);
    expect(clock.pending).toBe(1);
  });

  it('runs timers that promises set inside the span', async () => {
    const clock = new FakeClock(0);
    const seen: number[] = [];
    const tick = async (): Promise<void> => {
      seen.push(clock.now());
      await Promise.resolve();
      if (seen.length < 5) clock.setTimer(10, () => void tick());
    };
    clock.setTimer(10, () => void tick());
    await clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
  });

  it('does not run a cancelled timer, however often it is cancelled', async () => {
    const clock = new FakeClock();
    let runs = 0;
    const timer = clock.setTimer(5, () => void runs++);
    timer.cancel();
    timer.cancel();
    await clock.advance(10);
    expect([runs, clock.pending]).toEqual([0, 0]);
  });

  it('says how long it is until the next timer', async () => {
    const clock = new FakeClock();
    expect(clock.untilNextMs).toBeUndefined();
    clock.setTimer(70, () => {});
    const sooner = clock.setTimer(50, () => {});
    await clock.advance(20);
    expect(clock.untilNextMs).toBe(30);
    sooner.cancel();
    expect(clock.untilNextMs).toBe(50);
  });

  it('takes a delay of any length', async () => {
    const clock = new FakeClock(0);
    let ran = false;
    clock.setTimer(40 * 86_400_000, () => {
      ran = true;
    });
    await clock.advance(40 * 86_400_000 - 1);
    expect(ran).toBe(false);
    await clock.advance(1);
    expect(ran).toBe(true);
  });

  it('lets the wall clock jump without firing timers', async () => {
    const clock = new FakeClock(0);
    let ran = false;
    clock.setTimer(100, () => {
      ran = true;
    });
    clock.setTime(1e12);
    await clock.advance(99);
    expect([ran, clock.now(), clock.monotonic()]).toEqual([false, 1e12 + 99, 99]);
  });

  it('refuses to run backwards', async () => {
    await expect(new FakeClock().advance(-1)).rejects.toThrow(RangeError);
  });
});
