import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whileMoving, within } from './within.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const never = new Promise<void>(() => {});

async function doneAfter(waiting: Promise<void>, mostMs: number): Promise<number | undefined> {
  let isDone = false;
  void waiting.then(() => {
    isDone = true;
  });
  for (let ms = 0; ms <= mostMs; ms += 100) {
    await vi.advanceTimersByTimeAsync(0);
    if (isDone) return ms;
    await vi.advanceTimersByTimeAsync(100);
  }
  return undefined;
}

test('waits no longer than it may', async () => {
  expect(await doneAfter(within(300, never), 1000)).toBe(300);
  expect(await doneAfter(within(300, Promise.resolve()), 1000)).toBe(0);
});

test('waits for as long as work gets on, and no longer', async () => {
  let left = 3;
  const timer = setInterval(() => {
    if (left > 1) left--;
  }, 90);
  expect(
    await doneAfter(
      whileMoving(200, never, () => left),
      2000,
    ),
  ).toBe(400);
  clearInterval(timer);
  expect(
    await doneAfter(
      whileMoving(200, Promise.resolve(), () => 5),
      1000,
    ),
  ).toBe(0);
});
