import { randomBytes } from 'node:crypto';
import { useService } from '@celeriac/tooling/services';
import type { Topology } from '@celeriac/transport';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { redisTransport } from './redis-transport.ts';
import { Arrivals, eventually, sampleCommand, textMessage, textOf } from './text-messages.fixture.ts';

const server = await useService('redis');

function monitor(queue: string, routingKey: string): Topology {
  return {
    exchanges: [{ name: 'celeryev', type: 'fanout' }],
    queues: [{ name: queue, durable: false, autoDelete: true }],
    bindings: [{ exchange: 'celeryev', queue, routingKey }],
  };
}

describe.skipIf(server.skipped !== undefined)('temporary queues of fanout exchanges', () => {
  const url = server.skipped === undefined ? server.url : '';
  const redis = new Redis(url);
  afterAll(async () => {
    redis.disconnect();
    if (server.skipped === undefined) await server.stop();
  });

  async function open(prefix = `${randomBytes(4).toString('hex')}:`) {
    const transport = redisTransport({ url, options: { global_keyprefix: prefix } });
    await transport.connect();
    return { prefix, transport, [Symbol.asyncDispose]: () => transport.close() };
  }

  const tell = (routingKey: string, text = routingKey) => ({
    ...textMessage('', text),
    exchange: 'celeryev',
    routingKey,
  });

  test('get what fits their routing key, of every sender, and leave nothing on the server', async () => {
    await using one = await open();
    await using two = await open(one.prefix);
    await one.transport.declare(monitor('all', '#'));
    await two.transport.declare(monitor('workers', 'worker.#'));
    // Told before anybody reads: it waits.
    await one.transport.publish([tell('worker.online'), tell('task.multi')]);
    const all = await Arrivals.of(one.transport, ['all'], { ack: true });
    const workers = await Arrivals.of(two.transport, ['workers'], { ack: true });
    await eventually('both have it', 5000, () => all.deliveries.length === 2 && workers.deliveries.length === 1);
    const [, , text] = sampleCommand('worker-startup', 'PUBLISH');
    expect(await redis.publish(`${one.prefix}/0.celeryev/worker.heartbeat`, text!)).toBe(2);
    await two.transport.publish([tell('task.sent')]);
    await eventually('all have all', 5000, () => all.deliveries.length === 4 && workers.deliveries.length === 2);
    expect(all.texts.filter((each) => !each.startsWith('{'))).toEqual(['worker.online', 'task.multi', 'task.sent']);
    expect(workers.deliveries.map(({ routingKey }) => routingKey).at(0)).toBe('worker.online');
    const keys = await redis.keys(`${one.prefix}*`);
    expect(keys.filter((key) => /all|workers|fanout/.test(key) && !key.includes('transient'))).toEqual([]);
  });

  test('two of them in one process each get a message once', async () => {
    await using one = await open();
    await one.transport.declare(monitor('all', '#'));
    await one.transport.declare(monitor('workers', 'worker.#'));
    const all = await Arrivals.of(one.transport, ['all'], { ack: true });
    const workers = await Arrivals.of(one.transport, ['workers'], { ack: true });
    await one.transport.publish([tell('worker.online'), tell('task.multi')]);
    await one.transport.publish([tell('worker.offline')]);
    await eventually('the last is there', 5000, () =>
      [all, workers].every(({ texts }) => texts.at(-1) === 'worker.offline'),
    );
    expect([all.texts, workers.texts]).toEqual([
      ['worker.online', 'task.multi', 'worker.offline'],
      ['worker.online', 'worker.offline'],
    ]);
  });

  test('what a reader gives back comes again; without a reader the queue ends', async () => {
    await using one = await open();
    await one.transport.declare(monitor('mine', '#'));
    const came: string[] = [];
    const consumer = await one.transport.consume({
      queues: ['mine'],
      prefetch: 1,
      onDeliveries: (deliveries) => {
        for (const delivery of deliveries) {
          came.push(`${textOf(delivery)} ${delivery.redelivered}`);
          void delivery.settle(delivery.redelivered ? 'ack' : 'requeue');
        }
      },
      onLost: () => {},
    });
    await one.transport.publish([tell('a')]);
    await eventually('it came twice', 5000, () => came.length === 2);
    expect(came).toEqual(['a false', 'a true']);
    await consumer.stop();
    await one.transport.publish([tell('b')]);
    expect(await one.transport.size('mine')).toBe(0);
  });

  test('E2: a reader that hangs keeps a bounded number, the newest', { timeout: 60_000 }, async () => {
    await using reader = await open();
    await using sender = await open(reader.prefix);
    await reader.transport.declare(monitor('slow', '#'));
    await sender.transport.declare({ exchanges: [{ name: 'celeryev', type: 'fanout' }] });
    for (let round = 0; round < 30; round++) {
      await sender.transport.publish(Array.from({ length: 500 }, (_, at) => tell('task.multi', `${round * 500 + at}`)));
    }
    await sender.transport.publish([tell('task.multi', 'last')]);
    await eventually('all were told', 20_000, async () => (await reader.transport.size('slow')) <= 10_000);
    const arrivals = await Arrivals.of(reader.transport, ['slow'], { ack: true });
    await eventually('the last is there', 20_000, () => arrivals.texts.at(-1) === 'last');
    expect(arrivals.deliveries.length).toBeLessThanOrEqual(10_000);
    expect(await redis.exists(`${reader.prefix}slow`)).toBe(0);
  });
});
