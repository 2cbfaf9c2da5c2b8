import { setTimeout as delay } from 'node:timers/promises';
import { Celeriac } from '@celeriac/core';
import { burnCpu } from './burn-cpu.ts';
import { nowMs } from './system.ts';

/** The app under measurement. Its URLs come from the environment, so that processes of a pool can make it too. */
export const app = new Celeriac('bench', {
  taskDefaultQueue: 'bench',
  ...(process.env['BENCH_ACKS_LATE'] === '1' ? { taskAcksLate: true } : {}),
});

/** A task that does nothing. */
export const noop = app.task('bench.noop', (value: number, _payload = '') => value);

/** When it ran, on the machine's clock. */
export const stamp = app.task('bench.stamp', () => nowMs());

/** The sum of a list: the body of a chord. */
export const sum = app.task('bench.sum', (values: readonly number[]) => values.reduce((all, one) => all + one, 0));

/** One more: the step of a chain. */
export const increment = app.task('bench.increment', (value: number) => value + 1);

/** Uses so many milliseconds of its thread's CPU, whatever else the machine does. */
export const burn = app.task('bench.burn', (value: number, cpuMs: number) => {
  burnCpu(cpuMs);
  return value;
});

/** Does nothing for some time, without holding anything up. */
export const hold = app.task('bench.hold', async (value: number, ms: number) => {
  await delay(ms);
  return value;
});
