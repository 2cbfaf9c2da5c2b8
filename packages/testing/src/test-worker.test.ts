import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Celeriac, TaskError, TaskRevokedError } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { silentLogger, systemClock } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { NotIdleError } from './not-idle-error.ts';
import { TestBroker } from './test-broker.ts';
import { TestWorker } from './test-worker.ts';

const START = Date.UTC(2026, 2, 1, 12);
const HOUR_MS = 3_600_000;

/** Nothing listens there: what reaches the app's own broker fails. */
function newApp(options = {}): Celeriac {
  return new Celeriac('shop', {
    broker: 'redis://127.0.0.1:1/0',
    backend: 'redis://127.0.0.1:1/1',
    configFile: false,
    environment: {},
    logger: silentLogger,
    ...options,
  });
}

/** A task that notes, by the moved clock, when it runs; what `body` gives or throws is its end. */
function recorder(app: Celeriac, options: object, body: (attempt: number) => unknown) {
  const times: number[] = [];
  const task = app.task('record', { bind: true, parameters: [], ...options }, (context) => {
    times.push(runtimeOf(app).clock.now() - START);
    return body(context.request.retries);
  });
  return { task, times };
}

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

describe('what follows a task', () => {
  test('link and linkError are run', async () => {
    const app = newApp();
    const seen: unknown[] = [];
    const note = app.task('note', (...values: unknown[]) => void seen.push(values));
    const double = app.task('double', (x: number) => x * 2);
    const fail = app.task('fail', () => {
      throw new Error('no');
    });
    await using tester = await TestWorker.start(app);
    await double.applyAsync([21], { link: note.s() });
    const failed = await fail.applyAsync([], { linkError: note.s() });
    await tester.idle();
    expect(seen).toHaveLength(2);
    expect(seen).toContainEqual([42]);
    expect(JSON.stringify(seen)).toContain(failed.id);
    await expect(failed.get()).rejects.toBeInstanceOf(TaskError);
  });

  test('a chord of three is joined, whenever its members end', async () => {
    const app = newApp();
    const sums: number[] = [];
    const total = app.task('total', (values: readonly number[]) => {
      sums.push(values.reduce((sum, value) => sum + value, 0));
    });
    const same = app.task('same', (x: number) => x);
    await using tester = await TestWorker.start(app);
    const { chords } = (await runtimeOf(app).backend())!;
    await chords!.open('group', 3);
    const member = (index: number) =>
      same.applyAsync([10 ** index], { countdown: index * 60, groupId: 'group', groupIndex: index, chord: total.s() });
    await Promise.all([0, 1, 2].map(member));
    await tester.advance({ seconds: 119 });
    expect(sums).toEqual([]);
    await tester.advance({ seconds: 1 });
    expect(sums).toEqual([111]);
  });

  test('what a task sends without waiting is done too', async () => {
    const app = newApp();
    const seen: number[] = [];
    const countDown = app.task('count', (left: number) => {
      seen.push(left);
      if (left > 0) void app.sendTask('count', [left - 1]);
    });
    await using tester = await TestWorker.start(app);
    void countDown.delay(20);
    await tester.idle();
    expect(seen).toHaveLength(21);
  });
});

describe('real work', () => {
  test('reading files and fetching are waited for', async () => {
    const server = createServer((_request, response) => setTimeout(() => response.end('slow'), 50));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const app = newApp();
    const load = app.task('load', async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      return [text, (await readFile(import.meta.filename)).length > 0] as const;
    });
    await using tester = await TestWorker.start(app);
    const result = await load.delay();
    await tester.idle();
    expect(await result.state()).toBe('SUCCESS');
    expect(await result.get()).toEqual(['slow', true]);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a task that never ends is named, the clock stays, and the app is still given back', async () => {
    const app = newApp();
    const hang = app.task('hang', () => new Promise<void>(() => {}));
    const tester = await TestWorker.start(app, { now: START, patienceMs: 50 });
    const { id } = await hang.delay();
    const error = await tester.advance({ hours: 1 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotIdleError);
    expect(error).toMatchObject({
      code: 'CLR_TEST_NOT_IDLE',
      running: [{ id, name: 'hang' }],
      queues: [],
      patienceMs: 50,
    });
    expect((error as Error).message).toMatch(/^Not idle after 50 ms: hang \[.*\] for \d+ ms still running\.$/);
    expect(tester.now).toEqual(new Date(START));
    await expect(tester.idle()).rejects.toBeInstanceOf(NotIdleError);
    await tester.stop();
    expect(app.settings.brokerUrl).toBe('redis://127.0.0.1:1/0');
  });
});

describe('messages', () => {
  test('those of queues that the worker does not read stay where they are', async () => {
    const app = newApp({ taskRoutes: { mail: { queue: 'mails' } } });
    const mail = app.task('mail', (to: string) => to);
    await using tester = await TestWorker.start(app);
    await mail.applyAsync(['ann'], { kwargs: { html: true } });
    await app.publish({ no: 'task' }, { routingKey: 'mails' });
    await tester.advance({ hours: 1 });
    expect(tester.messages('mails')).toMatchObject([
      { queue: 'mails', task: 'mail', args: ['ann'], kwargs: { html: true } },
    ]);
    expect([tester.messages('celery'), tester.sent().length]).toEqual([[], 1]);
  });

  test('are run from the queues that are asked for', async () => {
    const app = newApp({ taskRoutes: { mail: { queue: 'mails' } } });
    const mail = app.task('mail', (to: string) => to);
    await using tester = await TestWorker.start(app, { queues: ['mails'], concurrency: 1 });
    const result = await mail.delay('ann');
    await tester.idle();
    expect(await result.get()).toBe('ann');
    expect(tester.sent('mail')).toMatchObject([{ args: ['ann'], eta: null }]);
    expect(tester.sent('other')).toEqual([]);
  });
});

describe('the app', () => {
  test('is as before after stop, and can be tested again with nothing left over', async () => {
    const app = newApp({ brokerReadUrl: 'redis://127.0.0.1:1/2', brokerTransportOptions: { visibility_timeout: 5 } });
    const one = app.task('one', () => 1);
    const before = { ...app.settings };
    const first = await TestWorker.start(app);
    const result = await one.delay();
    await one.applyAsync([], { countdown: 60 });
    await first.idle();
    expect(await result.get()).toBe(1);
    await Promise.all([first.stop(), first.stop()]);
    expect({ ...app.settings }).toEqual(before);
    expect(runtimeOf(app).clock).toBe(systemClock);
    await using second = await TestWorker.start(app);
    expect([second.messages(), second.sent(), await app.result(result.id).state()]).toEqual([[], [], 'PENDING']);
    expect(await (await one.delay()).get()).toBe(1);
  });

  test('needs no result store of its own', async () => {
    const app = newApp({ backend: null });
    const one = app.task('one', () => 1);
    await using tester = await TestWorker.start(app);
    const result = await one.delay();
    await tester.idle();
    expect(await result.get()).toBe(1);
    await tester.stop();
    await expect(app.result('x').get()).rejects.toMatchObject({ code: 'CLR_RESULTS_DISABLED' });
  });

  test('that is connected is refused, as is one that is being tested, and what is no app', async () => {
    const app = newApp({ broker: 'memory://connected', backend: 'memory://connected' });
    const one = app.task('one', () => 1);
    await one.delay();
    await expect(TestWorker.start(app)).rejects.toMatchObject({
      code: 'CLR_CONFIGURATION',
      hint: 'Close the app first: await app.close().',
    });
    expect(await app.purge()).toBe(1);
    await app.close();
    await using tester = await TestWorker.start(app);
    await expect(TestWorker.start(app)).rejects.toMatchObject({ code: 'CLR_CONFIGURATION' });
    expect(await (await one.delay()).get()).toBe(1);
    expect(tester.stats().succeeded).toBe(1);
    await expect(TestWorker.start({} as never)).rejects.toBeInstanceOf(TypeError);
  });

  test('is given back when the worker does not start', async () => {
    const app = newApp({ imports: ['./no-such-module.ts'] });
    await expect(TestWorker.start(app, { concurrency: 0 })).rejects.toMatchObject({ code: 'CLR_WORKER_OPTION' });
    await expect(TestWorker.start(app)).rejects.toMatchObject({ code: 'CLR_MODULE_LOAD' });
    expect(app.settings.brokerUrl).toBe('redis://127.0.0.1:1/0');
    expect(runtimeOf(app).clock).toBe(systemClock);
  });
});

describe('a broker for two', () => {
  test('carries tasks from one app to the other, by one clock', async () => {
    const [shop, post] = [newApp(), newApp({ taskDefaultQueue: 'post' })];
    const deliver = post.task('deliver', (what: string) => `${what} delivered`);
    const order = shop.foreign<[string], string>('deliver', { queue: 'post' });
    const broker = new TestBroker({ now: START });
    await using one = await TestWorker.start(shop, { broker });
    await using two = await TestWorker.start(post, { broker });
    const result = await order.applyAsync(['tea'], { countdown: 60 });
    await one.advance({ minutes: 1 });
    expect([await result.get(), await post.result(result.id).get()]).toEqual(['tea delivered', 'tea delivered']);
    expect([one.now, two.now]).toEqual([broker.now, broker.now]);
    expect(deliver.name).toBe('deliver');
  });
});
