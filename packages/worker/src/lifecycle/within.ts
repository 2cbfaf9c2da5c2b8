import { systemClock } from '@celeriac/protocol';

/** Resolves with the work, or after the time that it may take. */
export async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.setTimer(limitMs, resolve);
  await Promise.race([work, promise]);
  timer.cancel();
}
