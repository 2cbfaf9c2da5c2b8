import { setTimeout as sleep } from 'node:timers/promises';
import { checkLimits } from '@celeriac/core';
import { FakeClock } from '@celeriac/testkit';
import { describe, expect, it } from 'vitest';
import { KINDS, newStage, type Stage, until } from './stage.ts';

const metaOf = async (stage: Stage, id: string) => {
  await stage.app.result(id).get({ timeoutMs: 10_000, propagate: false });
  const [meta] = (await (await stage.runtime.backend())?.load([id])) ?? [];
  return meta!;
};

describe('time limits in the pool async', { timeout: 30_000 }, () => {
  it('A14: a task beyond its hard limit is told, counted as failed, and its slot is free; what it does later is not heard', async () => {
    const stage = await newStage('memory', { taskAcksLate: true });
    const reasons: unknown[] = [];
    const done = Promise.withResolvers<void>();
    const failed: unknown[] = [];
    const onFailure = (_context: unknown, error: unknown): void => void failed.push(error);
    const deaf = stage.app.task('deaf', { bind: true, timeLimit: 0.2, onFailure }, async (context) => {
      context.signal.addEventListener('abort', () => reasons.push(context.signal.reason));
      await done.promise;
      return 'too late';
    });
    const next = stage.app.task('next', () => 'next');
    const worker = await stage.start({ concurrency: 1 });
    const { id } = await deaf.delay();
    expect(await metaOf(stage, id)).toMatchObject({
      status: 'FAILURE',
      result: { exc_type: 'TimeLimitExceeded', exc_message: [0.2], exc_module: 'billiard.exceptions' },
    });
    expect(await (await next.delay()).get({ timeoutMs: 5000 })).toBe('next');
    done.resolve();
    await worker.whenIdle();
    await sleep(20);
    expect((await metaOf(stage, id)).status).toBe('FAILURE');
    expect(reasons).toMatchObject([{ code: 'CLR_TIME_LIMIT', limitMs: 200 }]);
    expect(failed).toMatchObject([{ code: 'CLR_TIME_LIMIT' }]);
    expect(worker.stats()).toMatchObject({ active: 0, failed: 1, succeeded: 1 });
    expect(await (await stage.connect()).size('celery')).toBe(0);
  });

  it('the soft limit comes by signal, and by checkLimits for code that never yields', async () => {
    const stage = await newStage();
    const waits = stage.app.task('waits', { bind: true, softTimeLimit: 0.1 }, (context) =>
      sleep(60_000, undefined, { signal: context.signal }),
    );
    const computes = stage.app.task('computes', { softTimeLimit: 0.1 }, () => {
      for (;;) checkLimits();
    });
    await stage.start();
    for (const task of [waits, computes]) {
      const { id } = await task.delay();
      expect(await metaOf(stage, id)).toMatchObject({ result: { exc_type: 'SoftTimeLimitExceeded', exc_message: [] } });
    }
  });

  it('limits cost no timer when a task ends in time', async () => {
    const clock = new FakeClock();
    const stage = await newStage('memory', { clock });
    const quick = stage.app.task('quick', { timeLimit: 5 }, () => 'quick');
    const worker = await stage.start();
    const { id } = await quick.delay();
    expect((await metaOf(stage, id)).status).toBe('SUCCESS');
    await clock.advance(10_000);
    expect(worker.stats()).toMatchObject({ succeeded: 1, failed: 0 });
  });
});

describe.each(KINDS)('rate limits on %s', { timeout: 60_000 }, (kind) => {
  it('tasks of one kind are spaced evenly, others are not held up', async () => {
    const stage = await newStage(kind);
    const starts: number[] = [];
    const limited = stage.app.task('limited', { rateLimit: '20/s' }, () => void starts.push(performance.now()));
    const free = stage.app.task('free', () => 'free');
    const worker = await stage.start({ prefetchMultiplier: 100 });
    const all = await Promise.all(Array.from({ length: 11 }, () => limited.delay()));
    await until(() => worker.stats().reserved > 5, 'they wait');
    const before = performance.now();
    expect(await (await free.delay()).get({ timeoutMs: 5000 })).toBe('free');
    expect(performance.now() - before).toBeLessThan(400);
    await Promise.all(all.map((result) => result.get({ timeoutMs: 20_000 })));
    expect(starts.at(-1)! - starts[0]!).toBeGreaterThanOrEqual(450);
  });

  it('E4: a worker with thousands of tasks that wait for their turn stops at once, and loses none', async () => {
    const stage = await newStage(kind);
    const limited = stage.app.task('limited', { rateLimit: '1/s' }, () => 'turn');
    const count = process.env['CELERIAC_LONG'] === '1' ? 10_000 : 2_000;
    for (let sent = 0; sent < count; sent += 500) {
      await Promise.all(Array.from({ length: 500 }, () => limited.delay()));
    }
    const worker = await stage.start({ prefetchMultiplier: 0 });
    await until(() => worker.stats().received === count, 'all came', 20_000);
    const before = performance.now();
    await worker.stop(60_000);
    const stopMs = Math.round(performance.now() - before);
    process.stdout.write(`| ${count} tasks without a token given back | ${kind} | ${stopMs} ms |\n`);
    // Within 2 s on a machine with nothing else to do.
    expect(stopMs).toBeLessThan(30_000);
    const { succeeded } = worker.stats();
    expect(succeeded).toBeLessThan(20);
    expect(await (await stage.connect()).size('celery')).toBe(count - succeeded);
  });
});
