import { backoffMs } from '@celeriac/protocol';

/**
 * How long to leave a locked database alone.
 * @param attempts - attempts already made, from 1
 * @param random - in 0..1; without it, those who wait for one lock would come back together
 * @returns milliseconds: 1 and 2 at first, since most transactions are that short, 50 at most
 */
export function lockWaitMs(attempts: number, random: number): number {
  return backoffMs(attempts - 1, { baseMs: 1, factor: 1.5, maxMs: 50, jitter: 0.5 + random });
}
