import { describe, expect, it } from 'vitest';
import { isAlive } from './is-alive.ts';
import { exitOf, newRun, pidOf, type Run, type RunBroker, redisSkipped } from './run-stage.ts';
import { until } from './stage.ts';

const started = (run: Run, count: number): Promise<void> =>
  until(async () => (await run.lines('start')).length === count, `${count} run`, 60_000);

const soft = (seconds: number): NodeJS.ProcessEnv => ({ CELERIAC_WORKER_SOFT_SHUTDOWN_TIMEOUT: String(seconds) });

type Place = readonly ['async' | 'prefork', RunBroker];

/** Each pool on one broker, unless everything is asked for. */
const LONG = process.env['CELERIAC_LONG'] === '1';
const PLACES: readonly Place[] = LONG
  ? [
      ['async', 'sqlite'],
      ['async', 'redis'],
      ['prefork', 'sqlite'],
      ['prefork', 'redis'],
      ['async', 'rabbitmq'],
      ['prefork', 'rabbitmq'],
    ]
  : [
      ['async', 'redis'],
      ['prefork', 'sqlite'],
    ];
const SOFT_SECONDS = LONG ? 10 : 2;
const HERE = PLACES.filter(([, broker]) => broker !== 'redis' || redisSkipped === undefined);

describe.each(HERE)('the end of a worker with the pool %s on %s', { timeout: 150_000 }, (pool, broker) => {
  /** What does not depend on the pool is tried with the one that starts fastest. */
  const once = LONG || pool === 'async' ? it : it.skip;

  it('A11: SIGQUIT with a soft shutdown lets short tasks end, and gives long ones to another worker', async () => {
    const run = await newRun(broker);
    const first = await run.worker(pool, soft(SOFT_SECONDS));
    const short = await run.app.sendTask<string>('run.sleep', [SOFT_SECONDS * 500]);
    const long = await run.app.sendTask<string>('run.sleep', [SOFT_SECONDS * 1600]);
    await started(run, 2);
    first.kill('SIGQUIT');
    const { code, afterMs } = await exitOf(first);
    expect(code).toBe(1);
    expect(afterMs).toBeGreaterThan(SOFT_SECONDS * 970);
    expect(await short.get({ timeoutMs: 1000 })).toBe('slept');
    expect(await run.waiting()).toBe(1);
    await run.worker(pool);
    expect(await long.get({ timeoutMs: 30_000 })).toBe('slept');
    expect(await run.lines('start')).toHaveLength(3);
    expect(await run.lines('end')).toHaveLength(2);
  });

  it('A12: late-acknowledged tasks that outlast their lease end during a shutdown, and nobody else runs them', async () => {
    const run = await newRun(broker);
    const first = await run.worker(pool);
    const results = await Promise.all(
      Array.from({ length: 3 }, () => run.app.sendTask<string>('run.sleep', [LONG ? 5000 : 3500])),
    );
    await started(run, 3);
    await run.worker('async');
    first.kill('SIGTERM');
    expect((await exitOf(first)).code).toBe(0);
    expect(await Promise.all(results.map((result) => result.get({ timeoutMs: 1000 })))).toEqual(
      results.map(() => 'slept'),
    );
    expect([await run.lines('start'), await run.lines('end')].map(({ length }) => length)).toEqual([3, 3]);
  });

  once(
    'A2: kill -9 in the middle of early-acknowledged tasks loses only what ran, and their state says that it began',
    async () => {
      const run = await newRun(broker);
      const victim = await run.worker(pool);
      const count = 40;
      const results = await Promise.all(Array.from({ length: count }, () => run.app.sendTask('run.early', [100])));
      await until(async () => (await run.lines('start')).length > 8, 'some ran', 60_000);
      victim.kill('SIGKILL');
      await exitOf(victim);
      await run.worker(pool);
      const statesOf = (): Promise<readonly string[]> => Promise.all(results.map((result) => result.state()));
      await until(async () => !(await statesOf()).includes('PENDING'), 'all began', 60_000);
      await until(
        async () => (await statesOf()).filter((state) => state === 'STARTED').length <= 4,
        'the others ended',
        60_000,
      );
      const states = await statesOf();
      expect(new Set(states)).toEqual(new Set(['SUCCESS', ...(states.includes('STARTED') ? ['STARTED'] : [])]));
      expect(await run.waiting()).toBe(0);
      expect((await run.lines('start')).length).toBeLessThanOrEqual(count + 4);
    },
  );

  once('a soft shutdown is over at once when nothing runs', async () => {
    const run = await newRun(broker);
    const worker = await run.worker(pool, soft(60));
    worker.kill('SIGQUIT');
    const { code, afterMs } = await exitOf(worker);
    expect(code).toBe(1);
    expect(afterMs).toBeLessThan(20_000);
  });

  once('the second signal of a soft shutdown gives back what can come again, the third ends it', async () => {
    const run = await newRun(broker);
    const worker = await run.worker(pool, soft(60));
    await run.app.sendTask('run.sleep', [60_000]);
    await run.app.sendTask('run.early', [60_000]);
    await started(run, 2);
    worker.kill('SIGQUIT');
    await until(() => run.output.includes('soft shutdown'), 'it knows');
    worker.kill('SIGINT');
    await until(async () => (await run.waiting()) === 1, 'one is back');
    expect(worker.exitCode).toBeNull();
    worker.kill('SIGINT');
    const { code, afterMs } = await exitOf(worker);
    expect(code).toBe(1);
    expect(afterMs).toBeLessThan(5000);
    const pids = (await run.lines('start')).map(pidOf);
    await until(() => !pids.some(isAlive), 'no process is left', 3000);
  });

  it('A10: the third signal ends it hard, at once, and no process is left', async () => {
    const run = await newRun(broker);
    const worker = await run.worker(pool);
    await Promise.all(Array.from({ length: 6 }, () => run.app.sendTask('run.sleep', [60_000])));
    await started(run, 4);
    for (const signal of ['SIGTERM', 'SIGQUIT', 'SIGQUIT'] as const) {
      worker.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { code, afterMs } = await exitOf(worker);
    expect([code, afterMs < 2000]).toEqual([1, true]);
    const pids = (await run.lines('start')).map(pidOf);
    await until(() => !pids.some(isAlive), 'no process is left', 3000);
    await until(async () => (await run.waiting()) === 6, 'all are back', 15_000);
  });

  once('K32: with REMAP_SIGTERM=SIGQUIT, SIGTERM ends it cold', async () => {
    const run = await newRun(broker);
    const worker = await run.worker(pool, { REMAP_SIGTERM: 'SIGQUIT' });
    await run.app.sendTask('run.sleep', [60_000]);
    await started(run, 1);
    worker.kill('SIGTERM');
    expect((await exitOf(worker)).code).toBe(1);
    expect(await run.waiting()).toBe(1);
  });
});

describe('signals of a worker', { timeout: 120_000 }, () => {
  it('K35: SIGUSR1 logs what runs', async () => {
    const run = await newRun();
    const worker = await run.worker('async');
    const { id } = await run.app.sendTask('run.sleep', [60_000]);
    await started(run, 1);
    worker.kill('SIGUSR1');
    await until(() => run.output.includes(`run.sleep[${id}] for `), 'it is logged');
    expect(run.output).toMatch(/1 running, 0 waiting/);
  });

  it('K34: SIGHUP without a terminal runs the program anew, in the same process', async () => {
    const run = await newRun();
    const worker = await run.worker('async');
    const result = await run.app.sendTask<string>('run.sleep', [500]);
    await started(run, 1);
    worker.kill('SIGHUP');
    expect(await result.get({ timeoutMs: 10_000 })).toBe('slept');
    await until(() => run.output.includes('warm shutdown'), 'it ended warm');
    const next = await run.app.sendTask<string>('run.sleep', [1]);
    expect(await next.get({ timeoutMs: 20_000 })).toBe('slept');
    expect(new Set((await run.lines('start')).map(pidOf))).toEqual(new Set([worker.pid]));
  });
});
