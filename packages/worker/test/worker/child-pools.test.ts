import { mkdtempSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeStats } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import type { Worker, WorkerOptions } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { isAlive } from './is-alive.ts';
import { defineTasks } from './prefork-app.ts';
import { newStage, type Stage, until } from './stage.ts';

const LONG = process.env['CELERIAC_LONG'] === '1';
const appModule = fileURLToPath(new URL('./prefork-app.ts', import.meta.url));

async function poolStage(options: WorkerOptions): Promise<{ stage: Stage; worker: Worker }> {
  const stage = await newStage();
  defineTasks(stage.app);
  return { stage, worker: await stage.start({ concurrency: 2, appModule, procAliveTimeoutMs: 60_000, ...options }) };
}

const send = (stage: Stage, name: string, ...args: unknown[]) => stage.app.sendTask(`pool.${name}`, args);
const call = async (stage: Stage, name: string, ...args: unknown[]): Promise<unknown> =>
  (await send(stage, name, ...args)).get({ timeoutMs: 60_000 });
const metaOf = async (stage: Stage, id: string) => {
  await stage.app.result(id).get({ timeoutMs: 20_000, propagate: false });
  const [meta] = (await (await stage.runtime.backend())?.load([id])) ?? [];
  return meta!;
};

describe.each(['prefork', 'threads'])('the pool %s', { timeout: 150_000 }, (pool) => {
  it('A14: stops what computes beyond its hard limit, tells the task and signals of the parent, and has the slot back', async () => {
    const startsAt = performance.now();
    const { stage, worker } = await poolStage({ pool, concurrency: 1 });
    const startMs = performance.now() - startsAt;
    const failures: string[] = [];
    runtimeOf(stage.app).signals.taskFailure.connect(({ taskId }) => void failures.push(taskId));
    const before = performance.now();
    const { id } = await send(stage, 'blockShort', 60_000);
    expect(await metaOf(stage, id)).toMatchObject({
      status: 'FAILURE',
      result: { exc_type: 'TimeLimitExceeded', exc_message: [1], exc_module: 'billiard.exceptions' },
    });
    expect(performance.now() - before).toBeGreaterThanOrEqual(1000);
    expect(await call(stage, 'add', 1, 2)).toBe(3);
    const usableAfterMs = performance.now() - before - 1000;
    process.stdout.write(`| slot usable again | ${pool} | ${Math.round(usableAfterMs)} ms |\n`);
    // On a machine that does other things besides, starting takes its time: the first start says how long.
    expect(usableAfterMs).toBeLessThan(LONG ? 2000 : Math.max(2000, 2 * startMs + 500));
    expect(failures).toEqual([id]);
    expect(stage.lines.map(({ message }) => message)).toContain(
      `Hard time limit (1s) exceeded for pool.blockShort[${id}]`,
    );
    expect(worker.stats()).toMatchObject({ active: 0, failed: 1 });
  });

  it('tells a task its soft limit: by its signal, by checkLimits, and then by the hard one', async () => {
    const { stage } = await poolStage({ pool });
    expect(await call(stage, 'heed', 60_000)).toBe('told: SoftTimeLimitExceeded');
    expect(await call(stage, 'heed', 1)).toBe('slept');
    expect(await call(stage, 'compute', 60_000)).toBe('SoftTimeLimitExceeded');
    expect(await call(stage, 'compute', 1)).toBe('computed');
    const passed = await send(stage, 'passOn', 60_000);
    const deaf = await send(stage, 'deaf');
    expect(await metaOf(stage, passed.id)).toMatchObject({
      status: 'FAILURE',
      result: { exc_type: 'SoftTimeLimitExceeded', exc_message: [], exc_module: 'billiard.exceptions' },
    });
    expect(await metaOf(stage, deaf.id)).toMatchObject({ result: { exc_type: 'TimeLimitExceeded', exc_message: [1] } });
  });

  it('takes the limits of a call first, then those of the task, then those of the worker', async () => {
    const { stage } = await poolStage({ pool, timeLimit: 0.5 });
    const byWorker = await send(stage, 'block', 60_000);
    expect(await metaOf(stage, byWorker.id)).toMatchObject({ result: { exc_message: [0.5] } });
    const byCall = await stage.app.sendTask('pool.blockShort', [60_000], { timeLimit: 0.25 });
    expect(await metaOf(stage, byCall.id)).toMatchObject({ result: { exc_message: [0.25] } });
    const byTask = await send(stage, 'blockShort', 700);
    expect((await metaOf(stage, byTask.id)).status).toBe('SUCCESS');
  });

  it('several tasks share a child; one beyond its limit leaves without the others when it can', async () => {
    const { stage } = await poolStage({ pool, concurrency: 1, childConcurrency: 3 });
    const pids = (await Promise.all([call(stage, 'sleep', 300), call(stage, 'sleep', 300)])) as number[];
    expect(new Set(pids).size).toBe(1);
    const other = call(stage, 'sleep', 1500);
    const limited = await stage.app.sendTask('pool.passOn', [60_000], { timeLimit: 0.4, softTimeLimit: 0.4 });
    expect((await metaOf(stage, limited.id)).status).toBe('FAILURE');
    expect(await other).toBe(pids[0]);
  });

  it('hands short tasks ahead, and takes them back when one turns out long', async () => {
    const { stage } = await poolStage({ pool });
    await Promise.all(Array.from({ length: 200 }, () => call(stage, 'block', 0)));
    const long = [await send(stage, 'block', 3000), await send(stage, 'sleep', 0)];
    const before = performance.now();
    const short = Array.from({ length: 30 }, () => call(stage, 'block', 0));
    await Promise.all(short);
    expect(performance.now() - before).toBeLessThan(2500);
    await Promise.all(long.map((result) => result.get({ timeoutMs: 60_000 })));
  });

  it('ends one of many short tasks by remote control; those that wait behind it run once', async () => {
    const { stage, worker } = await poolStage({ pool, concurrency: 1, prefetchMultiplier: 40 });
    const ledger = join(mkdtempSync(join(tmpdir(), 'celeriac-pool-')), 'ledger');
    await Promise.all(Array.from({ length: 120 }, () => call(stage, 'mark', ledger, -1)));
    await Promise.all(Array.from({ length: 120 }, () => call(stage, 'block', 0)));
    const rounds = LONG ? 40 : 6;
    const wanted: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const marks = Array.from({ length: 16 }, (_, index) => round * 100 + index);
      wanted.push(...marks);
      const mark = (index: number) => send(stage, 'mark', ledger, index);
      const before = marks.slice(0, 8).map(mark);
      const long = send(stage, 'block', 60_000);
      const after = marks.slice(8).map(mark);
      const { id } = await long;
      // At any moment: before it runs, as it begins, while it runs.
      if (round % 3 > 0) await until(() => worker.activeTasks.some((task) => task.id === id), 'it runs');
      if (round % 3 > 1) await new Promise((resolve) => setTimeout(resolve, 20));
      await stage.app.control.revoke(id, { terminate: true, signal: 'SIGKILL' });
      expect((await metaOf(stage, id)).status).toBe('REVOKED');
      const results = await Promise.all([...before, ...after]);
      await Promise.all(results.map((result) => result.get({ timeoutMs: 60_000 })));
    }
    const done = readFileSync(ledger, 'utf8').trim().split('\n');
    const ran = done.map((line) => Number(line.split(' ')[0])).filter((index) => index >= 0);
    expect(ran.sort((one, other) => one - other)).toEqual(wanted);
    await worker.whenIdle();
    expect(worker.stats()).toMatchObject({ failed: 0, revoked: rounds, succeeded: 240 + wanted.length });
  });

  it('replaces a child after so many tasks, and loses or repeats none', async () => {
    const { stage, worker } = await poolStage({ pool, maxTasksPerChild: 7 });
    const ledger = join(mkdtempSync(join(tmpdir(), 'celeriac-pool-')), 'ledger');
    const count = 30;
    await Promise.all(Array.from({ length: count }, (_, index) => call(stage, 'mark', ledger, index)));
    const lines = readFileSync(ledger, 'utf8').trim().split('\n');
    expect(new Set(lines.map((line) => line.split(' ')[0])).size).toBe(count);
    expect(lines).toHaveLength(count);
    const perChild = Map.groupBy(lines, (line) => line.split(' ')[1]);
    for (const tasks of perChild.values()) expect(tasks.length).toBeLessThanOrEqual(7);
    await worker.stop(10_000);
    expect(stage.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('the pool threads', { timeout: 150_000 }, () => {
  it.each([
    ['exit', [3], /exitcode 3/],
    ['throwLater', [], /uncaughtException: Error: thrown in a timer/],
    ['rejectLater', [], /unhandledRejection: Error: rejected and forgotten/],
  ])('A5: a thread that ends under its task (%s) is replaced, and the others keep theirs', async (name, args, text) => {
    const { stage, worker } = await poolStage({ pool: 'threads' });
    const other = call(stage, 'sleep', 2000);
    await until(() => worker.stats().active === 1, 'one runs');
    const { id } = await send(stage, name, ...args);
    const { result } = await metaOf(stage, id);
    expect(result).toMatchObject({ exc_type: 'WorkerLostError', exc_message: [expect.stringMatching(text)] });
    expect(await other).toBe(process.pid);
    expect(await call(stage, 'add', 2, 3)).toBe(5);
  });
});

/** Processor time that each process of a pool has used so far. @see proc_pid_stat(5) */
async function cpuSecondsOf({ app }: Stage): Promise<readonly number[]> {
  const [stats] = (await app.control.inspect({ timeoutMs: 20_000, limit: 1 }).stats()).values();
  const { processes } = (stats as NodeStats).pool as { readonly processes: readonly number[] };
  return Promise.all(
    processes.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    }),
  );
}

describe('the pool prefork', { timeout: 150_000 }, () => {
  it('two processes compute at the same time, one as much as the other', async () => {
    const { stage, worker } = await poolStage({ pool: 'prefork', concurrency: 2 });
    const count = (to: number): Promise<unknown> => call(stage, 'count', to);
    await Promise.all(Array.from({ length: 8 }, () => count(1_000_000)));
    const busy: number[] = [];
    const sampler = setInterval(() => busy.push(worker.stats().active), 5);
    const rounds = LONG ? 200 : 20;
    const before = performance.now();
    const used = await cpuSecondsOf(stage);
    await Promise.all(Array.from({ length: rounds }, () => count(30_000_000)));
    clearInterval(sampler);
    const spent = (await cpuSecondsOf(stage)).map((seconds, at) => seconds - used[at]!);
    const atOnce = busy.reduce((sum, active) => sum + active, 0) / busy.length;
    const speedup = spent.reduce((sum, seconds) => sum + seconds, 0) / Math.max(...spent);
    const took = `${((performance.now() - before) / 1000).toFixed(1)} s`;
    process.stdout.write(
      `| ${rounds} tasks that compute | ${took}, ${atOnce.toFixed(2)} at a time, spread for ${speedup.toFixed(2)} |\n`,
    );
    // How long it takes is left to what else the machine does. Both halves of twice as fast are not:
    expect(atOnce).toBeGreaterThan(1.8);
    expect(speedup).toBeGreaterThan(1.8);
  });

  it('replaces a process that has grown too large, after its task', async () => {
    const { stage } = await poolStage({ pool: 'prefork', concurrency: 1, maxMemoryPerChild: 300 * 1024 });
    const first = await call(stage, 'hoard', 10);
    expect(await call(stage, 'hoard', 400)).toBe(first);
    const next = (await call(stage, 'pid')) as number;
    expect(next).not.toBe(first);
    await until(() => !isAlive(first as number), 'the large one is gone');
    expect(await call(stage, 'pid')).toBe(next);
  });
});
