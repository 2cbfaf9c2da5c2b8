import { TaskRevokedError } from '@celeriac/core';
import { describe, expect, test } from 'vitest';
import { HOUR_MS, newApp, recorder, START } from './shop.fixture.ts';
import { TestWorker } from './test-worker.ts';

describe('time', () => {
  test('a countdown is over when the clock says so, and not before', async () => {
    const app = newApp();
    const add = app.task('add', (x: number, y: number) => x + y);
    await using tester = await TestWorker.start(app, { now: START });
    const result = await add.applyAsync([1, 2], { countdown: 3600 });
    await tester.advance({ minutes: 59, seconds: 59 });
    expect(await result.state()).toBe('PENDING');
    expect(tester.messages()).toEqual([
      {
        queue: 'celery',
        task: 'add',
        id: result.id,
        args: [1, 2],
        kwargs: {},
        eta: new Date(START + HOUR_MS),
        expires: null,
        retries: 0,
      },
    ]);
    await tester.advance({ seconds: 1 });
    expect(await result.get()).toBe(3);
    expect([tester.messages(), tester.now]).toEqual([[], new Date(START + HOUR_MS)]);
  });

  test('an eta 400 days ahead is reached at once', async () => {
    const app = newApp();
    const { task, times } = recorder(app, {}, () => 'done');
    await using tester = await TestWorker.start(app, { now: new Date(START) });
    const day = 24 * HOUR_MS;
    const result = await task.applyAsync([], { eta: new Date(START + 400 * day) });
    await tester.advance({ days: 399 });
    expect(times).toEqual([]);
    await tester.advance({ days: 1 });
    expect(await result.get()).toBe('done');
    expect(times).toEqual([400 * day]);
  });

  test('a task that comes after it expired is revoked', async () => {
    const app = newApp();
    const { task, times } = recorder(app, {}, () => 1);
    await using tester = await TestWorker.start(app, { now: START });
    const late = await task.applyAsync([], { countdown: 120, expires: 60 });
    const intime = await task.applyAsync([], { countdown: 60, expires: 120 });
    await tester.advance({ minutes: 2 });
    await expect(late.get()).rejects.toBeInstanceOf(TaskRevokedError);
    expect([await intime.get(), times]).toEqual([1, [60_000]]);
  });

  test('results expire by the clock', async () => {
    const app = newApp({ resultExpires: 86_400 });
    const one = app.task('one', () => 1);
    await using tester = await TestWorker.start(app);
    const { id } = await one.delay();
    await tester.idle();
    await tester.advance({ hours: 23, minutes: 59 });
    expect(await app.result(id).state()).toBe('SUCCESS');
    await tester.advance({ minutes: 1 });
    expect(await app.result(id).state()).toBe('PENDING');
  });

  test('a timeout of get() runs out by the clock', async () => {
    const app = newApp();
    await using tester = await TestWorker.start(app);
    const failed = expect(app.result('nobody').get({ timeoutMs: HOUR_MS })).rejects.toMatchObject({
      code: 'CLR_RESULT_TIMEOUT',
    });
    await tester.advance({ hours: 1 });
    await failed;
  });

  test('movements asked for at the same time follow each other', async () => {
    const app = newApp();
    await using tester = await TestWorker.start(app, { now: START });
    await Promise.all([tester.advance(1000), tester.advance({ seconds: 2 }), tester.idle()]);
    expect(tester.now).toEqual(new Date(START + 3000));
    expect(() => tester.advance(-1)).toThrow(RangeError);
  });
});
