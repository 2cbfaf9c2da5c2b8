import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listQuarantine, type Worker, type WorkerOptions } from '@celeriac/worker';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from './is-alive.ts';
import { defineTasks } from './prefork-app.ts';
import { KINDS, type Kind, newStage, type Stage, until } from './stage.ts';

const appModule = fileURLToPath(new URL('./prefork-app.ts', import.meta.url));

/** What the broker is makes no difference to a pool; all are tried when everything is asked for. */
const LONG = process.env['CELERIAC_LONG'] === '1';
const PLACES: readonly Kind[] = LONG ? KINDS : KINDS.slice(-1);

async function stageOn(kind: Kind, options: WorkerOptions = {}): Promise<{ stage: Stage; worker: Worker }> {
  const stage = await newStage(kind);
  defineTasks(stage.app);
  const worker = await stage.start({
    pool: 'prefork',
    concurrency: 2,
    appModule,
    procAliveTimeoutMs: 60_000,
    ...options,
  });
  return { stage, worker };
}

const call = async (stage: Stage, name: string, ...args: unknown[]): Promise<unknown> =>
  (await stage.app.sendTask(`pool.${name}`, args)).get({ timeoutMs: 40_000 });

async function failureOf(stage: Stage, name: string, ...args: unknown[]): Promise<{ text: string; afterMs: number }> {
  const sentAt = performance.now();
  const { id } = await stage.app.sendTask(`pool.${name}`, args);
  await stage.app.result(id).get({ timeoutMs: 40_000, propagate: false });
  const [meta] = (await (await stage.runtime.backend())?.load([id])) ?? [];
  expect(meta).toMatchObject({
    status: 'FAILURE',
    result: { exc_type: 'WorkerLostError', exc_module: 'billiard.exceptions' },
  });
  const [text = ''] = (meta!.result as { exc_message: string[] }).exc_message;
  return { text, afterMs: performance.now() - sentAt };
}

describe.each(PLACES)('prefork on %s', { timeout: 150_000 }, (place) => {
  const preforkStage = (options: WorkerOptions = {}) => stageOn(place, options);

  it('runs tasks in child processes: values, keyword arguments, failures, retries, started states', async () => {
    const { stage, worker } = await preforkStage();
    expect(await call(stage, 'add', 2, 3)).toBe(5);
    const byName = await stage.app.sendTask<number>('pool.add', [2], { kwargs: { y: 40 } });
    expect(await byName.get({ timeoutMs: 5000 })).toBe(42);
    const pids = await Promise.all([call(stage, 'sleep', 50), call(stage, 'sleep', 50)]);
    expect(new Set([...pids, process.pid]).size).toBe(3);
    expect(await call(stage, 'again')).toBe(2);
    await expect(call(stage, 'boom')).rejects.toThrow(/boom/);
    const odd = { __proto__x: [null, 9007199254740993n, 'ü\u0000'] };
    expect(await call(stage, 'echo', odd)).toEqual(odd);
    await expect(call(stage, 'unsendable')).rejects.toThrow(/run/);
    await worker.whenIdle();
    expect(worker.stats()).toMatchObject({ succeeded: 6, failed: 2, retried: 2, active: 0 });
  });

  it('A4 A5: a child that dies makes its task a WorkerLostError; the other child keeps its task; both slots work again', async () => {
    const { stage, worker } = await preforkStage();
    const other = call(stage, 'sleep', 6000);
    const cases: [string, unknown[], RegExp][] = [
      ['kill', ['SIGKILL'], /^Worker exited prematurely: signal 9 \(SIGKILL\) Job: \d+\.$/],
      ['exit', [3], /^Worker exited prematurely: exitcode 3 Job: \d+\.$/],
      ['abort', [], /signal 6 \(SIGABRT\)/],
      ['throwLater', [], /exitcode 1 Job: \d+\. uncaughtException: Error: thrown in a timer/],
      ['rejectLater', [], /exitcode 1 Job: \d+\. unhandledRejection: Error: rejected and forgotten/],
    ];
    for (const [name, args, expected] of cases) {
      const { text, afterMs } = await failureOf(stage, name, ...args);
      expect(text).toMatch(expected);
      if (LONG) expect(afterMs).toBeLessThan(4000);
    }
    expect(typeof (await other)).toBe('number');
    const pidsAtOnce = () => Promise.all([call(stage, 'sleep', 300), call(stage, 'sleep', 300)]);
    await until(async () => new Set(await pidsAtOnce()).size === 2, 'both slots work');
    expect(worker.stats().failed).toBe(cases.length);
  });

  it('A6: a child that runs out of memory says so', async () => {
    const { stage } = await preforkStage({
      concurrency: 1,
      execArgv: ['--conditions=@celeriac/source', '--max-old-space-size=64'],
    });
    const { text } = await failureOf(stage, 'allocate');
    expect(text).toMatch(/Worker exited prematurely: .*heap out of memory \(limit \d+ MiB\)/);
    expect(await call(stage, 'add', 1, 1)).toBe(2);
  });

  it('A3: with rejectOnWorkerLost the task runs again, marked as redelivered', async () => {
    const { stage, worker } = await preforkStage();
    const ledger = join(mkdtempSync(join(tmpdir(), 'celeriac-pool-')), 'ledger');
    expect(await call(stage, 'killOnce', ledger)).toBe('survived');
    expect(readFileSync(ledger, 'utf8')).toBe('false\ntrue\n');
    expect(worker.stats()).toMatchObject({ failed: 0, succeeded: 1 });
  });

  it('A15: a task that always kills its child runs four times, then fails and is quarantined; the others are done', async () => {
    const { stage, worker } = await preforkStage();
    const ledger = join(mkdtempSync(join(tmpdir(), 'celeriac-pool-')), 'ledger');
    const poison = await stage.app.sendTask('pool.lateKill', [ledger]);
    const good = await Promise.all(
      Array.from({ length: 100 }, (_, x) => stage.app.sendTask<number>('pool.add', [x, 1])),
    );
    expect(await Promise.all(good.map((result) => result.get({ timeoutMs: 60_000 })))).toEqual(
      good.map((_, x) => x + 1),
    );
    await expect(poison.get({ timeoutMs: 60_000 })).rejects.toThrow(/died 4 times/);
    expect(readFileSync(ledger, 'utf8').trim().split('\n')).toHaveLength(4);
    await worker.whenIdle();
    expect(await listQuarantine(stage.app)).toMatchObject([
      { id: poison.id, code: 'CLR_POISON', task: 'pool.lateKill' },
    ]);
    expect(worker.stats().quarantined).toBe(1);
  });

  it('an app module that does not load fails the start with its reason, and leaves no process', async () => {
    const stage = await newStage();
    const start = (module: string) =>
      stage.start({ pool: 'prefork', concurrency: 2, appModule: module, procAliveTimeoutMs: 60_000 });
    await expect(start('/no/such/module.ts')).rejects.toMatchObject({
      code: 'CLR_POOL',
      message: expect.stringContaining('module.ts'),
    });
    const noApp = fileURLToPath(new URL('./stage.ts', import.meta.url));
    await expect(start(noApp)).rejects.toMatchObject({ code: 'CLR_POOL' });
  });

  it('tells the app in each process of its beginning and its end; a terminal or a supervisor cannot end one', async () => {
    const ledger = join(mkdtempSync(join(tmpdir(), 'celeriac-pool-')), 'ledger');
    process.env['PREFORK_LEDGER'] = ledger;
    onTestFinished(() => void delete process.env['PREFORK_LEDGER']);
    const { stage, worker } = await preforkStage({ concurrency: 1, hostname: 'w1@here' });
    const pid = (await call(stage, 'pid')) as number;
    const running = call(stage, 'sleep', 500);
    await until(() => worker.stats().active === 1, 'it runs');
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.kill(pid, signal);
    expect(await running).toBe(pid);
    await worker.stop(5000);
    expect(readFileSync(ledger, 'utf8')).toBe(`init ${pid} w1@here\nshutdown ${pid} 0\n`);
  });

  it('A10: a cold stop leaves no process, even of a task that never yields', async () => {
    const { stage, worker } = await preforkStage({ concurrency: 2 });
    const pids = (await Promise.all([call(stage, 'sleep', 300), call(stage, 'sleep', 300)])) as number[];
    await stage.app.sendTask('pool.block', [60_000]);
    await until(() => worker.stats().active === 1, 'it blocks');
    const before = performance.now();
    await worker.stop(0);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('starts and stops again and again without leaving a process', async () => {
    const rounds = LONG ? 10 : 4;
    const { stage, worker } = await preforkStage({ concurrency: 1 });
    const pids: number[] = [];
    for (let round = 0; round < rounds; round++) {
      pids.push((await call(stage, 'pid')) as number);
      await worker.stop(5000);
      if (round < rounds - 1) await worker.start(AbortSignal.timeout(20_000));
    }
    expect(new Set(pids).size).toBe(rounds);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('prefork on a broker in memory', { timeout: 120_000 }, () => {
  it('says that tasks sent from its processes reach nobody', async () => {
    const { stage } = await stageOn('memory', { concurrency: 1 });
    expect(
      stage.lines.filter(({ message }) => /^The broker memory:\/\/ stays inside one process/.test(message)),
    ).toEqual([{ level: 'warning', message: expect.stringMatching(/sqlite:\/\/\/queue\.db/) }]);
  });
});
