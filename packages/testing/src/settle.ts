import { systemClock } from '@celeriac/protocol';

/** Something that is at work now and then. */
export interface Busy {
  readonly isBusy: boolean;
  /** Resolves when its tasks have ended and their results are stored; soon if there are none. */
  whenIdle(): Promise<void>;
}

/**
 * Turns of the event loop without anything to be seen after which nothing is on its way: between sender, broker and
 * worker a message takes two, and up to a dozen where sender or reader step back for others; the rest is for code of the
 * app that is not a task.
 */
const QUIET_TURNS = 30;

/**
 * Lets the event loop turn until nobody has been busy for some turns. Real work is waited for without polling.
 * @param patienceMs - real milliseconds
 * @returns false when somebody is still busy then
 */
export async function settle(all: readonly Busy[], patienceMs: number): Promise<boolean> {
  const over = Promise.withResolvers<void>();
  let isOver = false;
  const timer = systemClock.setTimer(patienceMs, () => {
    isOver = true;
    over.resolve();
  });
  try {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      await Promise.race([over.promise, Promise.all(all.map((each) => each.whenIdle()))]);
      if (all.some(({ isBusy }) => isBusy)) {
        if (isOver) return false;
        quiet = 0;
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return true;
  } finally {
    timer.cancel();
  }
}
