import { randomBytes } from 'node:crypto';
import { useService } from '@celeriac/tooling/services';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { topicRegex } from './redis-binding-store.ts';
import { redisTransport } from './redis-transport.ts';
import { Arrivals, eventually, sample, sampleCommand, textMessage, textOf } from './text-messages.fixture.ts';

const server = await useService('redis');
const SEP = '\u0006\u0016';

describe.skipIf(server.skipped !== undefined)('keys and values of Celery', () => {
  const url = server.skipped === undefined ? server.url : '';
  const redis = new Redis(url);
  afterAll(async () => {
    redis.disconnect();
    if (server.skipped === undefined) await server.stop();
  });

  async function open(options: { readonly [name: string]: unknown } = {}) {
    const prefix = `${randomBytes(4).toString('hex')}:`;
    const transport = redisTransport({ url, options: { global_keyprefix: prefix, ...options } });
    await transport.connect();
    return { prefix, transport, [Symbol.asyncDispose]: () => transport.close() };
  }

  test.each([
    [undefined, ''],
    [-3, ''],
    [2, ''],
    [3, `${SEP}3`],
    [5, `${SEP}3`],
    [6, `${SEP}6`],
    [9, `${SEP}9`],
    [12, `${SEP}9`],
  ])('priority %s goes to the list with %j behind its name, and is kept as given', async (priority, suffix) => {
    await using client = await open();
    await client.transport.publish([textMessage('celery', 'x', priority)]);
    const [text] = await redis.lrange(`${client.prefix}celery${suffix}`, 0, -1);
    const envelope = JSON.parse(text!);
    expect(Object.keys(envelope)).toEqual(['body', 'content-encoding', 'content-type', 'headers', 'properties']);
    expect(envelope.properties).toMatchObject({
      priority: priority ?? 0,
      body_encoding: 'base64',
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: 'celery' },
      delivery_tag: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('a message of Python is taken from its list, and stands in unacked as Python puts it there', async () => {
    await using client = await open();
    const [, list, text] = sampleCommand('priority', 'LPUSH');
    expect(list).toBe(`celery${SEP}9`);
    const arrivals = await Arrivals.of(client.transport, ['celery']);
    await redis.lpush(client.prefix + list, text!);
    await eventually('it arrives', 2000, () => arrivals.deliveries.length === 1);
    const [delivery] = arrivals.deliveries;
    expect(delivery).toMatchObject({ queue: 'celery', exchange: '', routingKey: 'celery', redelivered: false });
    expect(delivery!.message.headers['task']).toBe('proj.add');
    expect(delivery!.message.properties.priority).toBe(9);

    const entries = await redis.hgetall(`${client.prefix}unacked`);
    expect(Object.values(entries).map((entry) => JSON.parse(entry))).toEqual([[JSON.parse(text!), '', 'celery']]);
    const [field, score] = await redis.zrange(`${client.prefix}unacked_index`, '0', '-1', 'WITHSCORES');
    expect([field, Math.abs(Number(score) - Date.now() / 1000) < 5]).toEqual([Object.keys(entries)[0], true]);

    await delivery!.settle('ack');
    expect(await redis.exists(`${client.prefix}unacked`, `${client.prefix}unacked_index`)).toBe(0);
  });

  test('what is given back is next in line, on its own list, marked as Python marks it', async () => {
    await using client = await open();
    const { messages } = sample('visibility-restore') as { messages: readonly { raw: { utf8: string } }[] };
    const restored = JSON.parse(messages.at(-1)!.raw.utf8);
    const { redelivered: _header, ...headers } = restored.headers;
    const { redelivered: _info, ...info } = restored.properties.delivery_info;
    const fresh = { ...restored, headers, properties: { ...restored.properties, delivery_info: info } };
    const list = `${client.prefix}celery${SEP}6`;
    await redis.lpush(list, JSON.stringify(fresh));
    const arrivals = await Arrivals.of(client.transport, ['celery'], { prefetch: 1 });
    await eventually('it arrives', 2000, () => arrivals.deliveries.length === 1);
    await redis.lpush(list, '{"later": true}');
    await client.transport.close();
    const [later, next] = await redis.lrange(list, 0, -1);
    expect(later).toBe('{"later": true}');
    expect(JSON.parse(next!)).toEqual({
      ...restored,
      properties: { ...restored.properties, celeriac_deliveries: 1 },
    });
  });

  test("bindings are the members that Python writes, and Python's lead to their queues", async () => {
    await using client = await open();
    const { keys } = sample('keys-idle') as { keys: Record<string, readonly { utf8: string }[]> };
    await client.transport.declare({
      exchanges: [
        { name: 'celery', type: 'direct' },
        { name: 'media', type: 'topic' },
      ],
      queues: [{ name: 'celery' }, { name: 'videos' }],
      bindings: [
        { exchange: 'celery', queue: 'celery', routingKey: 'celery' },
        { exchange: 'media', queue: 'videos', routingKey: 'media.video.#' },
      ],
    });
    const recorded = keys['_kombu.binding.celery']!.map((one) => one.utf8);
    expect(await redis.smembers(`${client.prefix}_kombu.binding.celery`)).toEqual(recorded);
    const topic = ['media.video.#', '^media\\.video\\..*?$', 'videos'].join(SEP);
    expect(await redis.smembers(`${client.prefix}_kombu.binding.media`)).toEqual([topic]);

    await redis.sadd(`${client.prefix}_kombu.binding.celery`, ['celery', '', 'other'].join(SEP));
    await client.transport.publish([{ ...textMessage('', 'both'), exchange: 'celery', routingKey: 'celery' }]);
    expect(await Promise.all(['celery', 'other'].map((queue) => redis.llen(client.prefix + queue)))).toEqual([1, 1]);
    await client.transport.remove('videos');
    expect(await redis.exists(`${client.prefix}_kombu.binding.media`)).toBe(0);
  });

  test.each([
    ['media.#', '^media\\..*?$'],
    ['*.audio', '^.*?[^\\.]\\.audio$'],
    ['#', '^.*?$'],
    ['plain', '^plain$'],
  ])('the pattern %s is the regular expression %s', (pattern, expression) => {
    expect(topicRegex(pattern)).toBe(expression);
  });

  test('a fanout exchange is a channel for Python, in both directions, and a copy for each of our queues', async () => {
    await using client = await open();
    await using other = await open({ global_keyprefix: client.prefix });
    const topology = (queue: string) => ({
      exchanges: [{ name: 'celery.pidbox', type: 'fanout' as const }],
      queues: [{ name: queue }],
      bindings: [{ exchange: 'celery.pidbox', queue, routingKey: '' }],
    });
    await client.transport.declare(topology('one'));
    await other.transport.declare(topology('two'));
    const one = await Arrivals.of(client.transport, ['one'], { ack: true });
    const two = await Arrivals.of(other.transport, ['two'], { ack: true });
    const channel = `${client.prefix}/0.celery.pidbox`;
    const listener = new Redis(url);
    const heard: string[] = [];
    listener.on('pmessage', (_pattern, _channel, text) => heard.push(text));
    await listener.psubscribe(channel);

    const [, recordedChannel, text] = sampleCommand('worker-startup', 'PUBLISH');
    expect(recordedChannel).toMatch(/^\/0\.celeryev\//);
    await eventually('both listen', 2000, async () => (await redis.publish(channel, text!)) === 3);
    await eventually('both have it', 2000, () => one.deliveries.length === 1 && two.deliveries.length === 1);

    await client.transport.publish([{ ...textMessage('', 'to all'), exchange: 'celery.pidbox' }]);
    await eventually('all have it', 2000, () => one.deliveries.length === 2 && two.deliveries.length === 2);
    expect([textOf(one.deliveries[1]!), textOf(two.deliveries[1]!)]).toEqual(['to all', 'to all']);
    expect(Buffer.from(JSON.parse(heard.at(-1)!).body, 'base64').toString()).toBe('to all');
    expect(await redis.exists(`${client.prefix}one`, `${client.prefix}two`)).toBe(0);
    listener.disconnect();
  });

  test('what a Python worker took and never settled comes back after the visibility timeout, with its priority', async () => {
    await using client = await open({ visibility_timeout: 0.3, leaseMs: 300, sweepMs: 100 });
    const [, , text] = sampleCommand('priority', 'LPUSH');
    const tag = JSON.parse(text!).properties.delivery_tag;
    await redis.zadd(`${client.prefix}unacked_index`, Date.now() / 1000, tag);
    await redis.hset(`${client.prefix}unacked`, tag, `[${text}, "", "celery"]`);
    const arrivals = await Arrivals.of(client.transport, ['celery']);
    await eventually('it comes back', 3000, () => arrivals.deliveries.length === 1);
    expect(arrivals.deliveries[0]).toMatchObject({ redelivered: true, deliveryCount: 2 });
    expect(await redis.hexists(`${client.prefix}unacked`, tag)).toBe(0);
    expect(await redis.exists(`${client.prefix}unacked_mutex`)).toBe(0);
  });

  test('what a Python worker restored is not held any more, and is neither lost nor settled twice', async () => {
    await using client = await open();
    await client.transport.publish([textMessage('celery', 'restored')]);
    const arrivals = await Arrivals.of(client.transport, ['celery'], { prefetch: 1 });
    await eventually('it arrives', 2000, () => arrivals.deliveries.length === 1);
    const [[field, entry]] = Object.entries(await redis.hgetall(`${client.prefix}unacked`)) as [[string, string]];
    // As kombu's restore_by_tag does it.
    await redis.zrem(`${client.prefix}unacked_index`, field);
    await redis.hdel(`${client.prefix}unacked`, field);
    const [envelope, exchange, routingKey] = JSON.parse(entry);
    expect([exchange, routingKey]).toEqual(['', 'celery']);
    await redis.rpush(`${client.prefix}celery`, JSON.stringify(envelope));
    expect(await arrivals.deliveries[0]!.settle('ack')).toBe(false);
    await eventually('it comes again', 2000, () => arrivals.deliveries.length === 2);
    expect(await arrivals.deliveries[1]!.settle('ack')).toBe(true);
  });

  test('an entry that is no envelope reaches the consumer as it is, goes back as it is, and harms nobody', async () => {
    await using client = await open();
    await redis.lpush(`${client.prefix}celery`, 'no JSON \u00e4', '{"body": 5}');
    const arrivals = await Arrivals.of(client.transport, ['celery']);
    await eventually('both arrive', 2000, () => arrivals.deliveries.length === 2);
    expect(arrivals.texts).toEqual(['no JSON \u00e4', '{"body": 5}']);
    expect(arrivals.deliveries[0]!.message.contentType).toBe('');
    await client.transport.close();
    const texts = await redis.lrange(`${client.prefix}celery`, 0, -1);
    expect(texts.at(-1)).toBe('no JSON \u00e4');
    expect(arrivals.losses).toEqual([]);
  });

  test('a raw LPUSH wakes an idle consumer within 50 ms, on any list of any of its queues', async () => {
    await using client = await open();
    const queues = Array.from({ length: 20 }, (_, index) => `queue-${index}`);
    const arrivals = await Arrivals.of(client.transport, queues, { ack: true });
    const [, , text] = sampleCommand('priority', 'LPUSH');
    const waits: number[] = [];
    for (let round = 0; round < 10; round++) {
      // Only an idle consumer is tracked: its watch must be armed.
      await eventually('it is idle', 2000, async () => /flags=\S*t/.test(String(await redis.client('LIST'))));
      const sentAt = performance.now();
      await redis.lpush(`${client.prefix}queue-${round * 2}${round % 2 === 0 ? '' : `${SEP}3`}`, text!);
      await eventually('it arrives', 2000, () => arrivals.deliveries.length === round + 1);
      waits.push(performance.now() - sentAt);
    }
    expect(waits.sort((a, b) => a - b)[5]).toBeLessThan(50);
  });
});
