import { ConnectionLostError, type Transport, type TransportPlugin } from '@celeriac/transport';
import { transport as memory } from '@celeriac/transport-memory';
import { describe, expect, test } from 'vitest';
import { type CurrentTask, runAsTask } from '../execute/current-task.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { memoryApp, takeSent } from './memory-app.fixture.ts';

describe('a call becomes a message', () => {
  test('with the headers, properties and body of protocol 2', async () => {
    await using app = memoryApp();
    const add = app.task('math.add', (x: number, y: number) => x + y);
    const { id } = await add.applyAsync([2, 3], {
      priority: 5,
      shadow: 'sum',
      timeLimit: 20,
      softTimeLimit: 10,
      headers: { tenant: 'a' },
      link: add.s(10),
      linkError: app.signature('math.failed'),
    });
    const [sent] = await takeSent(app, 1);
    expect(sent).toMatchObject({ queue: 'celery', exchange: '', routingKey: 'celery' });
    expect(sent!.raw.headers).toMatchObject({
      task: 'math.add',
      id,
      root_id: id,
      parent_id: null,
      shadow: 'sum',
      timelimit: [20, 10],
      tenant: 'a',
      argsrepr: '(2, 3)',
      ignore_result: false,
    });
    expect(sent!.raw.properties).toMatchObject({ correlationId: id, priority: 5, deliveryMode: 2 });
    expect(sent!.body).toMatchObject([
      [2, 3],
      {},
      { callbacks: [{ task: 'math.add', args: [10] }], errbacks: [{ task: 'math.failed' }], chain: null, chord: null },
    ]);
  });

  test('of protocol 1, if taskProtocol says so', async () => {
    await using app = memoryApp({ taskProtocol: 1 });
    const add = app.task('math.add', (x: number, y: number) => x + y);
    const { id } = await add.applyAsync([2, 3], { link: add.s(10), timeLimit: 20, headers: { tenant: 'a' } });
    const [sent] = await takeSent(app, 1);
    expect(sent!.raw.headers).toEqual({ tenant: 'a' });
    expect(JSON.parse(Buffer.from(sent!.raw.body).toString('utf8'))).toMatchObject({
      task: 'math.add',
      id,
      args: [2, 3],
      timelimit: [20, null],
      callbacks: [{ task: 'math.add', args: [10] }],
    });
  });

  test('sent inside of a task is its child, in its tree, with its priority', async () => {
    await using app = memoryApp({ taskInheritParentPriority: true });
    const child = app.task('child', () => 1);
    const parent: CurrentTask = { id: 'p', rootId: 'r', parentId: null, priority: 7, trail: true, children: [] };
    const { id } = await runAsTask(parent, () => child.delay());
    await runAsTask(parent, () => child.applyAsync([], { addToParent: false }));
    const [first] = await takeSent(app, 2);
    expect(first!.raw.headers).toMatchObject({ root_id: 'r', parent_id: 'p' });
    expect(first!.raw.properties.priority).toBe(7);
    expect(parent.children).toEqual([[[id, null], null]]);
  });

  test('takes eta and expiry from countdown and seconds', async () => {
    await using app = memoryApp({
      clock: { now: () => 1000, monotonic: () => 0, setTimer: () => ({ cancel: () => {} }) },
    });
    await app.sendTask('x', [], { countdown: 10, expires: 60, queue: 'later' });
    const runtime = runtimeOf(app);
    expect(runtime.clock.now()).toBe(1000);
    await expect(app.sendTask('x', [], { countdown: 10, eta: 5 })).rejects.toMatchObject({
      code: 'CLR_INVALID_CALL',
      option: 'eta',
    });
  });

  test('names the path of an argument that cannot be sent, and sends the others', async () => {
    await using app = memoryApp();
    const bad = app.sendTask('x', [{ deep: [1, () => 1] }]);
    const good = app.sendTask('x', [1]);
    await expect(bad).rejects.toMatchObject({ code: 'CLR_ENCODE', message: expect.stringContaining('deep') });
    await good;
    expect(await app.purge()).toBe(1);
  });

  test('that lacks arguments is refused before it is sent, where names are declared', async () => {
    await using app = memoryApp();
    const add = app.task('add', { parameters: ['x', 'y'] }, (x: number, y: number) => x + y);
    await expect(add.applyAsync([1] as never)).rejects.toMatchObject({ code: 'CLR_ARGUMENTS' });
    const loose = app.task('loose', { parameters: ['x', 'y'], typing: false }, (x: number, y: number) => x + y);
    await loose.applyAsync([1] as never);
    expect(await app.purge()).toBe(1);
  });
});

describe('a message goes', () => {
  test('where the route says, unless the call says otherwise', async () => {
    await using app = memoryApp({ taskRoutes: { 'video.*': 'media', special: { queue: 'media', priority: 9 } } });
    await app.sendTask('video.cut');
    await app.sendTask('special');
    await app.sendTask('video.cut', [], { queue: 'urgent' });
    const sent = await takeSent(app, 3, ['media', 'urgent']);
    const places = sent.map(
      ({ queue, raw }) => `${raw.headers['task']} in ${queue}, priority ${raw.properties.priority}`,
    );
    expect(places.sort()).toEqual([
      'special in media, priority 9',
      'video.cut in media, priority 0',
      'video.cut in urgent, priority 0',
    ]);
  });

  test('through a topic exchange to the queues bound to it', async () => {
    await using app = memoryApp({
      taskQueues: [{ name: 'images', exchange: { name: 'media', type: 'topic' }, routingKey: 'image.#' }],
    });
    await app.publish({ any: 'body' }, { exchange: 'media', routingKey: 'image.png' });
    await app.sendTask('x', [], { exchange: 'media', routingKey: 'image.gif.small' });
    const sent = await takeSent(app, 2);
    expect(sent.map(({ queue, routingKey }) => [queue, routingKey])).toEqual([
      ['images', 'image.png'],
      ['images', 'image.gif.small'],
    ]);
  });

  test('nowhere when it is mandatory and no queue takes it', async () => {
    await using app = memoryApp({
      taskQueues: [{ name: 'q', exchange: { name: 'e', type: 'topic' }, routingKey: 'a' }],
    });
    await expect(app.publish(1, { exchange: 'e', routingKey: 'b', mandatory: true })).rejects.toMatchObject({
      code: 'CLR_UNROUTABLE',
    });
  });

  test('M39: to no queue with a name that no broker could carry', async () => {
    await using app = memoryApp();
    for (const queue of ['', 'a\nb', 'amq.x', 'x'.repeat(300)]) {
      await expect(app.sendTask('x', [], { queue })).rejects.toMatchObject({ code: 'CLR_CONFIGURATION' });
    }
  });
});

describe('signals around sending', () => {
  test('tell what is sent, before and after', async () => {
    await using app = memoryApp();
    const seen: string[] = [];
    app.signals.beforeTaskPublish.connect(({ call }) => seen.push(`before ${call.task}`), { sender: 'x' });
    app.signals.afterTaskPublish.connect(({ message }) => seen.push(`after ${String(message.headers['task'])}`));
    await app.sendTask('x');
    await app.sendTask('y');
    expect(seen).toEqual(['before x', 'after x', 'after y']);
  });

  test('may change what is sent', async () => {
    await using app = memoryApp();
    app.signals.beforeTaskPublish.connect(({ call }) => {
      call.headers = { ...call.headers, tenant: 'a' };
      call.args = [...call.args, 'more'];
      call.priority = 3;
    });
    await app.sendTask('x', ['one'], { headers: { own: 1 } });
    const [sent] = await takeSent(app, 1);
    expect(sent!.raw.headers).toMatchObject({ tenant: 'a', own: 1, argsrepr: "('one', 'more')" });
    expect(sent!.raw.properties.priority).toBe(3);
    expect(sent!.body).toMatchObject([['one', 'more'], {}, {}]);
  });
});

describe('a broker that fails', () => {
  /** A memory broker that loses the connection the first times, and counts. */
  function flaky(losses: number): { readonly plugin: TransportPlugin; readonly calls: { publish: number[] } } {
    const calls = { publish: [] as number[] };
    let left = losses;
    const wrap = (transport: Transport): Transport =>
      new Proxy(transport, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key, target);
          if (typeof value !== 'function') return value;
          if (key !== 'publish') return value.bind(target);
          return async (messages: readonly never[]) => {
            calls.publish.push(messages.length);
            if (left-- > 0) throw new ConnectionLostError('memory://', 'test');
            return target.publish(messages);
          };
        },
      });
    let url = 0;
    const name = `flaky-${process.pid}-${losses}-${url++}`;
    return {
      calls,
      plugin: { schemes: ['flaky'], create: (_url, context) => wrap(memory.create(`memory://${name}`, context)) },
    };
  }

  test('is tried again, and everything of one turn goes together', async () => {
    const { plugin, calls } = flaky(2);
    await using app = memoryApp({ broker: plugin });
    await app.sendTask('warm up', [], { retryPolicy: { intervalStep: 0 } });
    await Promise.all([1, 2, 3].map((value) => app.sendTask('x', [value])));
    expect(calls.publish).toEqual([1, 1, 1, 3]);
    expect(await app.purge()).toBe(4);
  });

  test('is an error after the retries of the policy, or at once without retry', async () => {
    const { plugin } = flaky(100);
    await using app = memoryApp({ broker: plugin });
    await expect(app.sendTask('x', [], { retryPolicy: { maxRetries: 1, intervalStep: 0 } })).rejects.toMatchObject({
      code: 'CLR_PUBLISH',
      retries: 1,
    });
    await expect(app.sendTask('x', [], { retry: false })).rejects.toMatchObject({ code: 'CLR_PUBLISH', retries: 0 });
  });

  test('B2: that answers nothing is given a limited time for each try, then the call throws', async () => {
    let tries = 0;
    const closed: number[] = [];
    const plugin: TransportPlugin = {
      schemes: ['silent'],
      create: (_url, context) => {
        const transport = memory.create(`memory://silent-${process.pid}`, context);
        const number = ++tries;
        return Object.assign(transport, {
          publish: () => new Promise<never>(() => {}),
          close: async () => void closed.push(number),
        });
      },
    };
    await using app = memoryApp({ broker: plugin, brokerConnectionTimeout: 0.3 });
    const startedAt = performance.now();
    const failure = app.sendTask('x', ['y'.repeat(1600)], { retryPolicy: { maxRetries: 2, intervalStep: 0 } });
    await expect(failure).rejects.toMatchObject({ code: 'CLR_PUBLISH', retries: 2, excType: 'OperationalError' });
    // Three tries of 300 ms, and of what 2.6 kB take on a very slow connection.
    expect(performance.now() - startedAt).toBeGreaterThan(3 * 300);
    expect([tries, closed]).toEqual([3, [1, 2, 3]]);
  });

  test('is no longer tried once the app is closed', async () => {
    const { plugin } = flaky(100);
    const app = memoryApp({
      broker: plugin,
      taskPublishRetryPolicy: { maxRetries: null, intervalStep: 0.01, intervalMax: 0.01 },
    });
    const lost = expect(app.sendTask('x')).rejects.toMatchObject({ code: 'CLR_PUBLISH' });
    await new Promise((resolve) => setImmediate(resolve));
    await app.close();
    await lost;
  });

  test('that refuses one queue takes the messages to the others', async () => {
    await using app = memoryApp({
      taskQueues: ['good', { name: 'bad', exchange: { name: 'e', type: 'nonsense' as never } }],
    });
    const [bad, good] = await Promise.allSettled([
      app.sendTask('x', [], { queue: 'bad' }),
      app.sendTask('x', [], { queue: 'good' }),
    ]);
    expect(bad).toMatchObject({ status: 'rejected' });
    expect(good).toMatchObject({ status: 'fulfilled' });
  });
});

test('the next attempt in another queue finds that queue declared, by its own exchange', async () => {
  const queue = { exchange: { name: 'topics', type: 'topic' as const }, routingKey: 'slow.key' };
  await using app = memoryApp({ taskQueues: { celery: {}, slow: queue } });
  const call = { task: 'x', id: 'id', args: [], kwargs: {}, origin: 'o', retries: 1 };
  const { publisher } = runtimeOf(app);
  await publisher.republish(call, { queue: 'slow' });
  const [sent] = await takeSent(app, 1, ['slow']);
  expect(sent).toMatchObject({ queue: 'slow', exchange: 'topics', routingKey: 'slow.key' });
  await publisher.republish(call, { queue: 'made.up' });
  expect(await app.purge(['made.up'])).toBe(1);
  expect(() => publisher.republish(call, { queue: '' })).toThrow(
    expect.objectContaining({ code: 'CLR_CONFIGURATION' }),
  );
});
