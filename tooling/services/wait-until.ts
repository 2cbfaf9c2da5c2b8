import { setTimeout as wait } from 'node:timers/promises';

const LOOK_AGAIN_MS = 20;

/**
 * Looks again and again until the condition holds.
 * @returns whether it came to hold before the time was up
 */
export async function waitUntil(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const giveUpMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > giveUpMs) return false;
    await wait(LOOK_AGAIN_MS);
  }
  return true;
}
