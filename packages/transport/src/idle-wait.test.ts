import { describe, expect, test } from 'vitest';
import { IdleWait } from './idle-wait.ts';
import { ManualClock, turns } from './manual-clock.fixture.ts';

function sleeping(version?: number): {
  clock: ManualClock;
  idle: IdleWait;
  abort: AbortController;
  ended: () => boolean;
} {
  const clock = new ManualClock();
  const idle = new IdleWait(clock);
  const abort = new AbortController();
  let ended = false;
  void idle.until(version ?? idle.version, 1000, abort.signal).then(() => {
    ended = true;
  });
  return { clock, idle, abort, ended: () => ended };
}

describe('a take that has nothing to do', () => {
  test('sleeps for the time given', async () => {
    const { clock, ended } = sleeping();
    await clock.advance(999);
    expect(ended()).toBe(false);
    await clock.advance(1);
    expect([ended(), clock.pending]).toEqual([true, 0]);
  });

  test.each([
    ['a change', ({ idle }: ReturnType<typeof sleeping>) => idle.wake()],
    ['a change told in a later turn', ({ idle }: ReturnType<typeof sleeping>) => idle.wakeSoon()],
    ['the end', ({ abort }: ReturnType<typeof sleeping>) => abort.abort()],
  ])('is woken by %s, and leaves no timer', async (_what, happen) => {
    const sleeper = sleeping();
    happen(sleeper);
    await turns();
    expect([sleeper.ended(), sleeper.clock.pending]).toEqual([true, 0]);
  });

  test('does not fall asleep over a change that came since it looked', async () => {
    const { ended, clock } = sleeping(-1);
    await turns();
    expect([ended(), clock.pending]).toEqual([true, 0]);
  });

  test('sleeps on when something else has changed, and wakes for its own', async () => {
    const idle = new IdleWait(new ManualClock());
    const woken: string[] = [];
    const { signal } = new AbortController();
    for (const [name, watched] of [
      ['one', ['a', 'b']],
      ['other', ['c']],
      ['all', undefined],
    ] as const) {
      void idle.until(idle.version, 1000, signal, watched).then(() => woken.push(name));
    }
    idle.wake(['b']);
    await turns();
    expect(woken).toEqual(['one', 'all']);
    idle.wake();
    await turns();
    expect(woken).toEqual(['one', 'all', 'other']);
  });
});
