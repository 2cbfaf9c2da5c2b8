import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ConsumerInternals } from '../lifecycle/worker-internals.ts';
import { WatchdogStep } from './watchdog-step.ts';

/** A consumer as far as the watchdog looks at it. */
function consumerThat(isSilentMs: () => number): { consumer: ConsumerInternals; told: string[] } {
  const told: string[] = [];
  const consumer = {
    transport: { url: 'redis://127.0.0.1', size: () => Promise.resolve(0) },
    tasks: {
      queues: ['celery'],
      prefetch: 4,
      quietMs: 0,
      get silentMs() {
        return isSilentMs();
      },
    },
    worker: { pipeline: { active: 0, reserved: 0 }, fail: (error: Error) => told.push(`fail: ${error.message}`) },
    lost: (error: Error) => told.push(`lost: ${error.message}`),
  };
  return { consumer: consumer as unknown as ConsumerInternals, told };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LONG_MS = 5 * 60_000;

test('a consumer that hears from its broker is left alone', async () => {
  const { consumer, told } = consumerThat(() => 30_000);
  const step = new WatchdogStep();
  step.start(consumer);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(told).toEqual([]);
  step.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('one that hears nothing is made anew; when that does not help, the worker fails', async () => {
  const { consumer, told } = consumerThat(() => 61_000);
  const step = new WatchdogStep();
  step.start(consumer);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(told).toEqual([expect.stringMatching(/^lost: .*no word from the broker for 61 s/)]);
  step.stop();
  step.start(consumer);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(told[1]).toMatch(/^fail: /);
});

test('one that was made anew and reads is forgiven', async () => {
  let silentMs = 61_000;
  const { consumer, told } = consumerThat(() => silentMs);
  const step = new WatchdogStep();
  step.start(consumer);
  await vi.advanceTimersByTimeAsync(20_000);
  silentMs = 0;
  step.stop();
  step.start(consumer);
  await vi.advanceTimersByTimeAsync(20_000);
  silentMs = 61_000;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told.map((text) => text.slice(0, 4))).toEqual(['lost', 'lost']);
});

test('a look that ends on the next connection says nothing about it, and there is one look at a time', async () => {
  const { consumer, told } = consumerThat(() => undefined as unknown as number);
  const { promise, resolve } = Promise.withResolvers<number>();
  Object.assign(consumer.tasks, { quietMs: 61_000 });
  Object.assign(consumer.transport, { size: () => promise });
  const step = new WatchdogStep();
  step.start(consumer);
  await vi.advanceTimersByTimeAsync(15_000);
  step.stop();
  Object.assign(consumer.tasks, { quietMs: 0 });
  step.start(consumer);
  resolve(7);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(told).toEqual([]);
  expect(vi.getTimerCount()).toBe(1);
  step.stop();
});
