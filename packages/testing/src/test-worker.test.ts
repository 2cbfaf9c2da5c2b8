import { runtimeOf } from '@celeriac/core/internal';
import { systemClock } from '@celeriac/protocol';
import { describe, expect, test, vi } from 'vitest';
import { newApp, START } from './shop.fixture.ts';
import { TestBroker } from './test-broker.ts';
import { TestWorker } from './test-worker.ts';

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

  test('sends its tasks though it is eager elsewhere', async () => {
    const app = newApp({ taskAlwaysEager: true });
    const one = app.task('one', () => 1);
    await using tester = await TestWorker.start(app);
    const result = await one.applyAsync([], { countdown: 60 });
    expect([await result.state(), tester.messages().length]).toEqual(['PENDING', 1]);
    await tester.stop();
    expect(await (await one.delay()).get()).toBe(1);
  });

  test('may see a date that the test runner sets, while the clock goes its own way', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    try {
      const app = newApp();
      const date = app.task('date', () => Date.now());
      await using tester = await TestWorker.start(app, { now: START });
      const result = await date.applyAsync([], { countdown: 60 });
      await tester.advance({ minutes: 1 });
      expect([await result.get(), tester.now.getTime()]).toEqual([0, START + 60_000]);
    } finally {
      vi.useRealTimers();
    }
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
