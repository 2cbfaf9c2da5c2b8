import { randomBytes } from 'node:crypto';
import { silentLogger, systemClock } from '@celeriac/protocol';
import { redisPlan } from '@celeriac/redis';
import { useService } from '@celeriac/tooling/services';
import type { TakenMessage } from '@celeriac/transport';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { recordingLogger } from './recording-logger.fixture.ts';
import { assembleTransport } from './redis-transport.ts';
import { redisTransportSettings } from './redis-transport-options.ts';
import { Arrivals, eventually, textMessage, textMessages } from './text-messages.fixture.ts';

const server = await useService('redis');

describe.skipIf(server.skipped !== undefined)('queues in lists', () => {
  const url = server.skipped === undefined ? server.url : 'redis://127.0.0.1:1';
  const redis = new Redis(url, { lazyConnect: true });
  afterAll(async () => {
    redis.disconnect();
    if (server.skipped === undefined) await server.stop();
  });

  async function open(options: { readonly [name: string]: unknown } = {}, at: string = url, logger = silentLogger) {
    const prefix = `${randomBytes(4).toString('hex')}:`;
    const { transport, store } = assembleTransport({
      plan: redisPlan(at),
      settings: redisTransportSettings({ globalKeyprefix: prefix, leaseMs: 400, sweepMs: 100, ...options }),
      clock: systemClock,
      logger,
      thread: false,
    });
    await transport.connect();
    return { prefix, transport, store, [Symbol.asyncDispose]: () => transport.close() };
  }

  const never = new AbortController().signal;
  const texts = (taken: readonly TakenMessage[]): string[] =>
    taken.map(({ message }) => Buffer.from(message.body).toString());

  test.each([
    ['round_robin', ['a-0', 'a-1', 'b-0', 'b-1'], ['a-2', 'a-3', 'b-2', 'b-3']],
    ['priority', ['a-0', 'a-1', 'a-2', 'a-3'], ['b-0', 'b-1', 'b-2', 'b-3']],
  ])('the strategy %s shares out a take of four', async (queueOrderStrategy, first, second) => {
    await using client = await open({ queueOrderStrategy });
    await client.transport.publish([...textMessages('a', 4, 'a'), ...textMessages('b', 4, 'b')]);
    expect(texts(await client.store.take(['a', 'b'], 4, 0, never)).sort()).toEqual(first);
    expect(texts(await client.store.take(['a', 'b'], 4, 0, never)).sort()).toEqual(second);
  });

  test('a queue with little leaves the rest of a take to the others, and lower numbers go first everywhere', async () => {
    await using client = await open();
    const sent = [...textMessages('a', 1, 'a'), ...textMessages('b', 9, 'b'), textMessage('c', 'late', 9)];
    await client.transport.publish(sent);
    expect(texts(await client.store.take(['c', 'a', 'b'], 10, 0, never)).sort()).toEqual(
      ['a-0', ...Array.from({ length: 9 }, (_, index) => `b-${index}`)].sort(),
    );
    expect(texts(await client.store.take(['c', 'a', 'b'], 10, 0, never))).toEqual(['late']);
  });

  test('whenever a message comes between the looks of an idle consumer, it is not overlooked', async () => {
    // Nobody looks by himself within the time of this test.
    await using client = await open({ sweepMs: 60_000 });
    await using sender = await open({ globalKeyprefix: client.prefix });
    const queues = ['work'];
    const pauses = [
      () => Promise.resolve(),
      () => new Promise(setImmediate),
      () => redis.ping(),
      () => new Promise((resolve) => setTimeout(resolve, 1)),
    ];
    for (let round = 0; round < 600; round++) {
      const taking = client.store.take(queues, 4, 25_000, never);
      await pauses[round % pauses.length]!();
      await sender.transport.publish([textMessage('work', String(round))]);
      const taken = await taking;
      expect(texts(taken)).toEqual([String(round)]);
      void client.store.settle(taken.map(({ receipt }) => ({ receipt, how: 'ack' })));
    }
  });

  test('a consumer that sleeps over other queues is not woken', async () => {
    await using client = await open({ sweepMs: 60_000 });
    // The server has the script from here on.
    await client.store.take(['c'], 1, 0, never);
    const seen: string[] = [];
    await using stack = new AsyncDisposableStack();
    const monitor = await redis.monitor();
    stack.defer(() => monitor.disconnect());
    monitor.on('monitor', (_time: string, [command = '', ...args]: string[]) => {
      const list = args.find((arg) => arg === `${client.prefix}a` || arg === `${client.prefix}b`);
      if (list !== undefined) seen.push(`${command.toLowerCase()} ${list.slice(client.prefix.length)}`);
    });
    const ended = new AbortController();
    const other = client.store.take(['a'], 4, 25_000, ended.signal);
    for (const text of ['1', '2', '3']) {
      const taking = client.store.take(['b'], 4, 25_000, never);
      await eventually('both sleep', 5000, () => seen.includes('exists a') && seen.includes('exists b'));
      seen.splice(seen.indexOf('exists b'), 1);
      await client.transport.publish([textMessage('b', text)]);
      expect(texts(await taking)).toEqual([text]);
    }
    expect(seen.filter((line) => line.endsWith(' a'))).toEqual(['evalsha a', 'rpop a', 'exists a']);
    await client.transport.publish([textMessage('a', 'at last')]);
    expect(texts(await other)).toEqual(['at last']);
  });

  test('very many messages at once keep their order, and go back in it', async () => {
    await using client = await open();
    await client.transport.publish(textMessages('work', 1500));
    const taken = await client.store.take(['work'], 1200, 0, never);
    expect(texts(taken)).toEqual(Array.from({ length: 1200 }, (_, index) => `message-${index}`));
    await client.store.settle(taken.map(({ receipt }) => ({ receipt, how: 'requeue' })));
    const again = await client.store.take(['work'], 1200, 0, never);
    expect(texts(again)).toEqual(texts(taken));
    expect(again.every((one) => one.redelivered && one.deliveryCount === 2)).toBe(true);
    expect(await client.store.settle(again.map(({ receipt }) => ({ receipt, how: 'ack' })))).toEqual([]);
    expect(await client.store.size('work')).toBe(300);
  });

  test('a receipt means nothing after its lease was swept, even to the owner that has the message again', async () => {
    await using client = await open();
    await using other = await open({ globalKeyprefix: client.prefix });
    await client.transport.publish(textMessages('work', 1));
    const [first] = await client.store.take(['work'], 1, 0, never);
    await eventually('another worker brings it back', 3000, async () => {
      const [taken] = await other.store.take(['work'], 1, 50, never);
      if (taken !== undefined) await other.store.settle([{ receipt: taken.receipt, how: 'requeue' }]);
      return taken !== undefined;
    });
    const [again] = await client.store.take(['work'], 1, 0, never);
    expect(again).toMatchObject({ redelivered: true, deliveryCount: 3 });
    for (const how of ['ack', 'requeue'] as const) {
      expect(await client.store.settle([{ receipt: first!.receipt, how }])).toEqual([first!.receipt]);
    }
    expect(await client.store.renew([first!.receipt, again!.receipt])).toEqual([first!.receipt]);
    expect(await client.store.settle([{ receipt: again!.receipt, how: 'ack' }])).toEqual([]);
    expect(await client.store.size('work')).toBe(0);
  });

  test('temporary queues of a process that died are removed with their bindings', async () => {
    await using survivor = await open();
    const victim = await open({ globalKeyprefix: survivor.prefix });
    await victim.transport.declare({
      exchanges: [{ name: 'news', type: 'fanout' }],
      queues: [{ name: 'mine', exclusive: true }],
      bindings: [{ exchange: 'news', queue: 'mine', routingKey: '' }],
    });
    victim.store.link.close();
    await victim.transport.close();
    await survivor.transport.publish([{ ...textMessage('', 'x'), exchange: 'news' }]);
    expect(await redis.llen(`${survivor.prefix}mine`)).toBe(1);
    await Arrivals.of(survivor.transport, ['other']);
    await eventually('the queue is gone', 3000, async () => {
      const left = await redis.exists(`${survivor.prefix}mine`, `${survivor.prefix}celeriac.fanout.news`);
      return left === 0;
    });
  });

  test('a key of another kind in the place of a queue is reported, and loses nothing of the others', async () => {
    await using client = await open();
    await redis.set(`${client.prefix}text`, 'no list');
    await client.transport.publish(textMessages('work', 1));
    expect(texts(await client.store.take(['text', 'work'], 5, 0, never))).toEqual(['message-0']);
    await expect(client.store.take(['text', 'work'], 5, 0, never)).rejects.toMatchObject({
      code: 'CLR_CHANNEL',
      message: expect.stringMatching(/WRONGTYPE/),
    });
  });

  test('what cannot be noted is put back, not lost', async () => {
    await using client = await open();
    await client.transport.publish(textMessages('work', 3));
    await redis.set(`${client.prefix}unacked`, 'no hash');
    await expect(client.store.take(['work'], 5, 0, never)).rejects.toThrow(/WRONGTYPE/);
    await redis.del(`${client.prefix}unacked`);
    expect(texts(await client.store.take(['work'], 5, 0, never))).toEqual(['message-0', 'message-1', 'message-2']);
  });

  test('a user who may not track keys is served by looking often, and warned', async () => {
    await redis.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '&*', '+@all', '-client|tracking');
    const { logger, entries } = recordingLogger();
    await using client = await open({}, url.replace('redis://', 'redis://plain:pw@'), logger);
    expect(entries.map((entry) => entry.message).join()).toMatch(/polled/);
    const arrivals = await Arrivals.of(client.transport, ['work'], { ack: true });
    await client.transport.publish(textMessages('work', 1));
    await eventually('it arrives', 1000, () => arrivals.deliveries.length === 1);
  });
});
