import { systemClock } from '@celeriac/protocol';

/**
 * Resolves with the work, or when it gets nowhere: when there is not less left of it after `limitMs` than before.
 * @param left - how much of it is to be done
 */
export async function whileMoving(limitMs: number, work: Promise<void>, left: () => number): Promise<void> {
  let isDone = false;
  const watched = work.finally(() => {
    isDone = true;
  });
  for (let before = Number.POSITIVE_INFINITY, now = left(); now < before && !isDone; before = now, now = left()) {
    await within(limitMs, watched);
  }
}

/** Resolves with the work, or after the time that it may take. */
export async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.setTimer(limitMs, resolve);
  await Promise.race([work, promise]);
  timer.cancel();
}
