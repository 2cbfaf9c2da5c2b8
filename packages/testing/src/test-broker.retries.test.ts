import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { newApp, recorder, START } from './shop.fixture.ts';
import { TestWorker } from './test-worker.ts';

describe('retries', () => {
  const flaky = (attempts: number) => (attempt: number) => {
    if (attempt < attempts) throw new RangeError('not yet');
    return attempt;
  };

  test('an automatic backoff over hours attempts at exactly its times', async () => {
    const app = newApp();
    const options = {
      autoretryFor: [RangeError],
      retryBackoff: 60,
      retryBackoffMax: 7200,
      retryJitter: false,
      maxRetries: 9,
    };
    const { task, times } = recorder(app, options, flaky(9));
    await using tester = await TestWorker.start(app, { now: START });
    const result = await task.delay();
    await tester.advance({ hours: 12 });
    expect(await result.get()).toBe(9);
    const delays = [60, 120, 240, 480, 960, 1920, 3840, 7200, 7200];
    let atMs = 0;
    expect(times).toEqual([0, ...delays.map((seconds) => (atMs += seconds * 1000))]);
    expect(tester.sent('record').map(({ retries, sentAt }) => [retries, sentAt.getTime() - START])).toEqual(
      [0, ...times.slice(0, -1)].map((ms, index) => [index, ms]),
    );
    expect(tester.stats()).toMatchObject({ succeeded: 1, retried: 9 });
  });

  test('each attempt reads a file before it fails, and still the times are exact', async () => {
    const app = newApp();
    const options = { autoretryFor: [RangeError], defaultRetryDelay: 600, maxRetries: 5 };
    const { task, times } = recorder(app, options, async (attempt) => {
      await readFile(import.meta.filename, 'utf8');
      return flaky(5)(attempt);
    });
    await using tester = await TestWorker.start(app, { now: START });
    const result = await task.delay();
    await tester.advance({ hours: 1 });
    expect(await result.get()).toBe(5);
    expect(times).toEqual([0, 1, 2, 3, 4, 5].map((attempt) => attempt * 600_000));
  });

  test('after the last attempt the task fails with its error', async () => {
    const app = newApp();
    const { task, times } = recorder(app, { autoretryFor: [RangeError], defaultRetryDelay: 60 }, flaky(99));
    await using tester = await TestWorker.start(app, { now: START });
    const result = await task.delay();
    await tester.advance({ hours: 1 });
    await expect(result.get()).rejects.toMatchObject({ excType: 'RangeError', excMessage: ['not yet'] });
    expect(times).toEqual([0, 60_000, 120_000, 180_000]);
  });

  test('a bound task that asks too often exceeds its retries', async () => {
    const app = newApp();
    const ask = app.task('ask', { bind: true, maxRetries: 2 }, (context) => context.retry({ countdown: 30 }));
    await using tester = await TestWorker.start(app);
    const result = await ask.delay();
    await tester.advance({ seconds: 59 });
    expect(await result.state()).toBe('RETRY');
    await tester.advance({ seconds: 1 });
    await expect(result.get()).rejects.toMatchObject({ excType: 'MaxRetriesExceededError' });
  });

  test('thousands of retries are over in seconds', async () => {
    const app = newApp();
    const { task, times } = recorder(
      app,
      { autoretryFor: [RangeError], defaultRetryDelay: 10, maxRetries: null },
      flaky(1e9),
    );
    await using tester = await TestWorker.start(app, { now: START });
    await task.delay();
    const startedAt = performance.now();
    await tester.advance({ hours: 6 });
    expect(times).toHaveLength(6 * 360 + 1);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });
});
