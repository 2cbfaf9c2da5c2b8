import { Celeriac } from '@celeriac/core';

const settings = JSON.parse(process.env['CANVAS_FIGURES'] ?? '{}') as object;

/** What the body of a measured chord tells: times on the clock that all processes of a machine share, milliseconds. */
export interface ChordReport {
  readonly members: number;
  /** When the last header task ended, which is before its result was stored. */
  readonly lastEndAtMs: number;
  readonly startAtMs: number;
  readonly memoryBytes: number;
}

/** Served by a worker in a process of its own; where it works comes from the environment. */
export const app = new Celeriac('figures', { configFile: false, environment: {}, logLevel: 'error', ...settings });

let lastEndAtMs = 0;

app.task('figures.member', (n: number): number => {
  lastEndAtMs = sharedNow();
  return n;
});

app.task('figures.body', (numbers: readonly number[]): ChordReport => {
  const startAtMs = sharedNow();
  return { members: numbers.length, lastEndAtMs, startAtMs, memoryBytes: process.memoryUsage.rss() };
});

app.task('figures.add', (n: number): number => n + 1);

/** Resident memory of the worker after a collection, bytes. */
app.task('figures.memory', (): number => {
  globalThis.gc?.();
  return process.memoryUsage.rss();
});

/** Now, in milliseconds that other processes can compare with theirs. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}
