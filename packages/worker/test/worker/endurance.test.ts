import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defineTasks } from './prefork-app.ts';
import { newRun, redisSkipped } from './run-stage.ts';
import { newStage, until } from './stage.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
const appModule = fileURLToPath(new URL('./prefork-app.ts', import.meta.url));
const MIB = 1024 * 1024;

/** Handles by kind, without timers: these come and go. */
function handles(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => !/Timeout|Immediate/.test(kind))
    .sort();
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
}

describe('a worker that runs for long', { timeout: 3_600_000 }, () => {
  const count = LONG ? 500_000 : 2_000;
  const perChild = LONG ? 10_000 : 400;

  it(`${count} tasks through processes of ${perChild} each leave memory and handles as they were`, async () => {
    const stage = await newStage('memory', { taskIgnoreResult: true });
    defineTasks(stage.app);
    const worker = await stage.start({
      pool: 'prefork',
      concurrency: 2,
      appModule,
      maxTasksPerChild: perChild,
      procAliveTimeoutMs: 120_000,
    });
    const send = async (tasks: number): Promise<void> => {
      const from = worker.stats().succeeded;
      for (let sent = 0; sent < tasks; sent += 500) {
        await Promise.all(Array.from({ length: 500 }, () => stage.app.sendTask('pool.add', [1, 2])));
        await until(() => worker.stats().succeeded >= from + sent - 1000, 'it keeps pace', 600_000);
      }
      await until(() => worker.stats().succeeded === from + tasks, 'all ran', 600_000);
    };
    await send(Math.max(500, count / 10));
    const before = { handles: handles(), bytes: process.memoryUsage.rss() };
    await send(count - Math.max(500, count / 10));
    await until(
      () => JSON.stringify(handles()) === JSON.stringify(before.handles),
      'the same handles are open',
      60_000,
    );
    expect(worker.stats()).toMatchObject({ received: count, succeeded: count, failed: 0, retried: 0 });
    // The test runner's own memory is in it, too: what is short of the full figures says little.
    if (LONG) expect(process.memoryUsage.rss()).toBeLessThan(before.bytes * 1.2);
  });

  it.skipIf(redisSkipped !== undefined)(
    'C1: tasks for later take little memory, and each runs in its time',
    async () => {
      const held = LONG ? 100_000 : 2000;
      const spreadMs = LONG ? 60_000 : 2000;
      const run = await newRun('redis');
      const worker = await run.worker('async');
      const dueFromMs = Date.now() + (LONG ? 90_000 : 4000);
      for (let sent = 0; sent < held; sent += 1000) {
        await Promise.all(
          Array.from({ length: 1000 }, (_, index) => {
            const dueMs = dueFromMs + ((sent + index) / held) * spreadMs;
            return run.app.sendTask('run.due', [dueMs], { eta: new Date(dueMs), ignoreResult: true });
          }),
        );
      }
      await until(async () => (await run.waiting()) === 0, 'all are held', 120_000);
      expect(await residentBytes(worker.pid!)).toBeLessThan(300 * MIB);
      await until(async () => (await run.lines('due')).length === held, 'all ran', 240_000);
      const lateMs = (await run.lines('due')).map((line) => Number(line.split(' ')[1])).sort((a, b) => a - b);
      expect(lateMs[0]).toBeGreaterThanOrEqual(-1);
      // A machine that does other things besides may hold up the scaled run.
      expect(lateMs[Math.floor(held * 0.99)]).toBeLessThan(LONG ? 1000 : 5000);
      expect(await residentBytes(worker.pid!)).toBeLessThan(300 * MIB);
    },
  );
});
