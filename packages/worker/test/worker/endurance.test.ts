import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { newRun, redisSkipped } from './run-stage.ts';
import { until } from './stage.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
const MIB = 1024 * 1024;
const DEFAULT_LEASE_MS = 30_000;
/** Longer than a connection for replies is kept. */
const ANSWERED_MS = LONG ? 15_000 : 0;

/** Files, pipes and connections that a process has open, once that does not change: a child may just be replaced. */
async function openHandles(pid: number): Promise<number> {
  let last = -1;
  for (let same = 0; same < 10; ) {
    const open = (await readdir(`/proc/${pid}/fd`)).length;
    same = open === last ? same + 1 : 0;
    last = open;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return last;
}

/** @param which - what is resident now, or the most that ever was */
async function residentBytes(pid: number, which: 'VmRSS' | 'VmHWM' = 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(status)![1]) * 1024;
}

describe('a worker that runs for long', { timeout: 3_600_000 }, () => {
  const count = LONG ? 500_000 : 2_000;
  const first = LONG ? 50_000 : 500;
  const perChild = LONG ? 10_000 : 400;

  it.skipIf(redisSkipped !== undefined)(
    `${count} tasks through processes of ${perChild} each leave memory and handles as they were`,
    async () => {
      const run = await newRun('redis');
      const worker = await run.worker('prefork', { MAX_TASKS_PER_CHILD: String(perChild) });
      const readyAtMs = performance.now();
      const pid = worker.pid!;
      const startedTasks = async (): Promise<unknown> => {
        const [stats] = (await run.app.control.inspect({ timeoutMs: 20_000, limit: 1 }).stats()).values();
        return (stats as { readonly total: { readonly [task: string]: number } }).total['run.noop'];
      };
      const send = async (from: number, to: number): Promise<void> => {
        for (let sent = from; sent < to; sent += 500) {
          await Promise.all(
            Array.from({ length: 500 }, () => run.app.sendTask('run.noop', [], { ignoreResult: true })),
          );
          await until(async () => (await run.waiting()) < 2000, 'it keeps pace', 600_000);
        }
        await until(async () => (await startedTasks()) === to, 'all ran', 600_000);
      };
      await send(0, first);
      // What it asked the others at its start has been answered, and the connection for that is closed.
      await until(async () => performance.now() > readyAtMs + ANSWERED_MS, 'it is on its own', 60_000);
      const before = { handles: await openHandles(pid), bytes: await residentBytes(pid) };
      await send(first, count);
      await until(async () => (await openHandles(pid)) === before.handles, 'as many handles are open', 60_000);
      const ratio = (await residentBytes(pid)) / before.bytes;
      process.stdout.write(
        `| memory after ${count} tasks | ${(before.bytes / MIB).toFixed(0)} MiB x ${ratio.toFixed(2)} |\n`,
      );
      // Short of the full figures a process is still growing to its size.
      if (LONG) expect(ratio).toBeLessThan(1.2);
    },
  );

  it.skipIf(redisSkipped !== undefined)(
    'C1: tasks for later take little memory, and each runs in its time',
    async () => {
      const held = LONG ? 100_000 : 2000;
      const spreadMs = LONG ? 60_000 : 2000;
      const run = await newRun('redis', DEFAULT_LEASE_MS);
      // As the command starts a worker; run from source, it takes 50 MiB more than the command.
      const worker = await run.worker('async', {}, ['--max-semi-space-size=4']);
      const idleBytes = await residentBytes(worker.pid!);
      const dueFromMs = Date.now() + (LONG ? 100_000 : 4000);
      for (let sent = 0; sent < held; sent += 1000) {
        await Promise.all(
          Array.from({ length: 1000 }, (_, index) => {
            const dueMs = dueFromMs + ((sent + index) / held) * spreadMs;
            return run.app.sendTask('run.due', [dueMs], { eta: new Date(dueMs), ignoreResult: true });
          }),
        );
      }
      await until(async () => (await run.waiting()) === 0, 'all are held', 180_000);
      const heldBytes = await residentBytes(worker.pid!);
      const grownMib = (heldBytes - idleBytes) / MIB;
      await until(async () => (await run.lines('due')).length === held, 'all ran', 500_000);
      const lateMs = (await run.lines('due')).map((line) => Number(line.split(' ')[1])).sort((a, b) => a - b);
      expect(lateMs[0]).toBeGreaterThanOrEqual(-1);
      const p99 = lateMs[Math.floor(held * 0.99)];
      const mostMib = ((await residentBytes(worker.pid!, 'VmHWM')) - idleBytes) / MIB;
      process.stdout.write(
        `| ${held} tasks held | + ${grownMib.toFixed(0)} MiB, at most + ${mostMib.toFixed(0)} MiB, p99 ${p99} ms late, at most ${lateMs.at(-1)} |\n`,
      );
      // The command is at 113 MiB when it is idle, and is to stay below 300 MB.
      expect(mostMib).toBeLessThan(LONG ? 172 : 100);
      // A machine that does other things besides may hold up the scaled run.
      expect(lateMs.at(-1)).toBeLessThan(LONG ? 1000 : 5000);
    },
  );
});
