import { once } from 'node:events';
import { listQuarantine } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { isAlive } from './is-alive.ts';
import { exitOf, newRun, pidOf } from './run-stage.ts';
import { until } from './stage.ts';

/** Tasks beside the one that kills. */
const GOOD = process.env['CELERIAC_LONG'] === '1' ? 100 : 20;

describe.each(['async', 'prefork'] as const)('runWorker with the pool %s', { timeout: 150_000 }, (pool) => {
  it('A8 A9: SIGTERM, however often, ends it warm: running tasks finish, the others are back within a second, exit code 0', async () => {
    const run = await newRun();
    const worker = await run.worker(pool);
    const results = await Promise.all(Array.from({ length: 12 }, () => run.app.sendTask<string>('run.sleep', [2500])));
    await until(async () => (await run.lines('start')).length === 4, 'four run');
    for (let count = 0; count < 3; count++) worker.kill('SIGTERM');
    await until(async () => (await run.waiting()) === 8, 'eight are back', 1500);
    for (let count = 0; count < 20; count++) worker.kill('SIGTERM');
    expect(await exitOf(worker)).toMatchObject({ code: 0, signal: null });
    expect((await run.lines('end')).length).toBe(4);
    expect(await run.waiting()).toBe(8);
    const states = await Promise.all(results.map((result) => result.state()));
    expect(states.filter((state) => state === 'SUCCESS')).toHaveLength(4);
    expect(run.output).toMatch(/SIGTERM: warm shutdown, waiting for 4 running tasks/);
    expect(run.output).toMatch(/SIGTERM again/);
  });

  it.each([
    ['SIGTERM', 'SIGQUIT', 'SIGQUIT'],
    ['SIGINT', 'SIGINT'],
  ] as const)(
    'A10: %s, then %s ends it cold within two seconds; late-acknowledged tasks go back, no process is left',
    async (...signals: readonly NodeJS.Signals[]) => {
      const run = await newRun();
      const worker = await run.worker(pool);
      await Promise.all(Array.from({ length: 6 }, () => run.app.sendTask('run.sleep', [420_000])));
      await until(async () => (await run.lines('start')).length === 4, 'four run');
      for (const signal of signals) {
        worker.kill(signal);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const { code, afterMs } = await exitOf(worker);
      expect([code, afterMs < 2000]).toEqual([1, true]);
      expect(await run.waiting()).toBe(6);
      expect((await run.lines('start')).map(pidOf).filter(isAlive)).toEqual([]);
    },
  );

  it('A16: a task that kills the whole worker runs four times, across restarts; the others are done once it is put aside', async () => {
    const run = await newRun();
    const poison = await run.app.sendTask('run.killWorker');
    const good = await Promise.all(Array.from({ length: GOOD }, () => run.app.sendTask<string>('run.sleep', [20])));
    let finished = false;
    const supervisor = (async () => {
      while (!finished) {
        const worker = await run.worker(pool).catch(() => undefined);
        if (worker !== undefined && worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
      }
    })();
    expect(await Promise.all(good.map((result) => result.get({ timeoutMs: 120_000 })))).toEqual(
      good.map(() => 'slept'),
    );
    await expect(poison.get({ timeoutMs: 120_000 })).rejects.toThrow(/died 4 times/);
    finished = true;
    run.children.at(-1)?.kill('SIGTERM');
    await supervisor;
    expect(await run.lines('poison')).toHaveLength(4);
    expect(await listQuarantine(run.app)).toMatchObject([{ id: poison.id, code: 'CLR_POISON' }]);
  });
});

describe('runWorker', { timeout: 150_000 }, () => {
  it('E6: an error that nobody catches ends an async worker warm, with the task named, as a failure', async () => {
    const run = await newRun();
    const worker = await run.worker('async');
    const result = await run.app.sendTask<string>('run.throwLater');
    expect((await exitOf(worker)).code).toBe(1);
    expect(await result.get({ timeoutMs: 2000 })).toBe('done nevertheless');
    expect(run.output).toContain(`uncaughtException in task ${result.id}, the worker ends: thrown in a timer`);
  });

  it('children end within two seconds when their parent is killed', async () => {
    const run = await newRun();
    const worker = await run.worker('prefork');
    await Promise.all(Array.from({ length: 4 }, () => run.app.sendTask('run.sleep', [60_000])));
    await until(async () => (await run.lines('start')).length === 4, 'four run');
    const pids = (await run.lines('start')).map(pidOf);
    worker.kill('SIGKILL');
    await until(() => pids.every((pid) => !isAlive(pid)), 'the children are gone', 2000);
  });

  it('works on and ends when asked, though nobody reads its log any more', async () => {
    const run = await newRun();
    const worker = await run.worker('async');
    worker.stderr?.destroy();
    const late = await run.app.sendTask('run.sleep', [1]);
    expect(await late.get({ timeoutMs: 10_000 })).toBe('slept');
    worker.kill('SIGTERM');
    expect(await once(worker, 'exit')).toEqual([0, null]);
  });
});
