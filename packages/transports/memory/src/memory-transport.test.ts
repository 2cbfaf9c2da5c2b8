import { silentLogger, systemClock } from '@celeriac/protocol';
import { FakeClock } from '@celeriac/testkit';
import type { Delivery, OutgoingMessage, Transport } from '@celeriac/transport';
import { describe, expect, test, vi } from 'vitest';
import { MemoryBroker } from './memory-broker.ts';
import { memoryTransport, transport as plugin } from './memory-transport.ts';

const context = { clock: systemClock, logger: silentLogger, options: {} };

function outgoing(
  queue: string,
  text: string,
  more: Partial<OutgoingMessage> = {},
  priority?: number,
): OutgoingMessage {
  const properties = priority === undefined ? {} : { priority };
  const message = { body: Buffer.from(text), contentType: '', contentEncoding: '', headers: {}, properties };
  return { exchange: '', routingKey: queue, message, ...more };
}

async function connected(transport: Transport): Promise<Transport> {
  await transport.connect();
  return transport;
}

function textsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map((delivery) => Buffer.from(delivery.message.body).toString());
}

async function collector(transport: Transport, queues: readonly string[], prefetch = 0): Promise<Delivery[]> {
  const got: Delivery[] = [];
  await transport.consume({
    queues,
    prefetch,
    onDeliveries: (deliveries) => void got.push(...deliveries),
    onLost: (error) => {
      throw error;
    },
  });
  return got;
}

describe('memory://', () => {
  test('the same name is the same broker, other names are others', async () => {
    const [one, same, other] = await Promise.all(
      ['memory://shop', 'memory://shop/', 'memory://other'].map((url) => connected(plugin.create(url, context))),
    );
    await one!.publish([outgoing('url-q', 'x')]);
    expect([await same!.size('url-q'), await other!.size('url-q')]).toEqual([1, 0]);
    await one!.close();
    expect(await same!.size('url-q')).toBe(1);
    await same!.remove('url-q');
  });

  test('a second copy of this package meets the same brokers', async () => {
    vi.resetModules();
    const copy = await import('./memory-transport.ts');
    expect(copy.transport).not.toBe(plugin);
    const [ours, theirs] = [
      plugin.create('memory://copies', context),
      copy.transport.create('memory://copies', context),
    ];
    await Promise.all([ours.connect(), theirs.connect()]);
    await ours.publish([outgoing('q', 'x')]);
    expect(await theirs.size('q')).toBe(1);
  });

  test('options it does not have and URLs that are none are refused', () => {
    const options = { visibilityTimeout: 3600 };
    expect(() => plugin.create('memory://', { ...context, options })).toThrow(
      expect.objectContaining({ code: 'CLR_CONFIGURATION', key: 'brokerTransportOptions.visibilityTimeout' }),
    );
    expect(() => plugin.create('memory://host:port', context)).toThrow(
      expect.objectContaining({ code: 'CLR_INVALID_URL' }),
    );
  });

  test('transports without a common broker share nothing', async () => {
    const [one, two] = [await connected(memoryTransport()), await connected(memoryTransport())];
    await one.publish([outgoing('q', 'x')]);
    expect(await two.size('q')).toBe(0);
  });
});

describe('the broker in memory', () => {
  test('its consumers do not tell when they heard something: they may wait for days, and nothing is wrong', async () => {
    const transport = await connected(plugin.create('memory://patient', context));
    const consumer = await transport.consume({ queues: ['q'], prefetch: 1, onDeliveries: () => {}, onLost: () => {} });
    expect(consumer.activeAtMs).toBeUndefined();
    await consumer.stop();
    await transport.close();
  });

  test('10,000 messages survive a consumer that stops and starts (B29)', async () => {
    const broker = new MemoryBroker();
    const producer = await connected(memoryTransport({ broker }));
    const texts = Array.from({ length: 10_000 }, (_, index) => String(index));
    await producer.publish(texts.map((text) => outgoing('q', text)));
    const done = new Set<string>();
    for (let round = 0; done.size < texts.length; round++) {
      const client = await connected(memoryTransport({ broker }));
      let seen = 0;
      const enough = Promise.withResolvers<void>();
      const consumer = await client.consume({
        queues: ['q'],
        prefetch: 50,
        onLost: enough.reject,
        onDeliveries: (deliveries) => {
          for (const delivery of deliveries) {
            // Every tenth is left unsettled when the consumer goes away.
            if (round < 3 && seen++ % 10 === 0) continue;
            done.add(textsOf([delivery])[0]!);
            void delivery.settle('ack').then(() => done.size === texts.length && enough.resolve());
          }
          if (round < 3 && seen > 300) enough.resolve();
        },
      });
      await enough.promise;
      await consumer.stop();
      await client.close();
    }
    expect([done.size, await producer.size('q')]).toEqual([10_000, 0]);
  });

  test('priorities: 9 first, in order of arrival within one, odd values at the nearer end', async () => {
    const transport = await connected(memoryTransport());
    const sent: [string, number | undefined][] = [
      ['0', 0],
      ['none', undefined],
      ['9a', 9],
      ['5', 5],
      ['9b', 9],
      ['12', 12],
      ['-3', -3],
      ['NaN', Number.NaN],
    ];
    await transport.publish(sent.map(([text, priority]) => outgoing('q', text, {}, priority)));
    const got = await collector(transport, ['q']);
    await vi.waitUntil(() => got.length === sent.length);
    expect(textsOf(got)).toEqual(['9a', '9b', '12', '5', '0', 'none', '-3', 'NaN']);
  });

  test('a delayed message comes when it is due by the clock, to a consumer that already waits', async () => {
    const clock = new FakeClock();
    const transport = await connected(memoryTransport({ clock }));
    const got = await collector(transport, ['q']);
    const at = (ms: number): Partial<OutgoingMessage> => ({ deliverAt: clock.now() + ms });
    await transport.publish([
      outgoing('q', 'late', at(5000)),
      outgoing('q', 'soon', at(1000)),
      outgoing('q', 'now', at(-1)),
    ]);
    await clock.advance(0);
    expect([textsOf(got), await transport.size('q')]).toEqual([['now'], 2]);
    await clock.advance(999);
    expect(textsOf(got)).toEqual(['now']);
    await clock.advance(1);
    expect(textsOf(got)).toEqual(['now', 'soon']);
    await clock.advance(4000);
    expect(textsOf(got)).toEqual(['now', 'soon', 'late']);
    await transport.close();
    expect(clock.pending).toBe(0);
  });

  test('a delayed message comes to a consumer that starts later, and purge drops it', async () => {
    const clock = new FakeClock();
    const transport = await connected(memoryTransport({ clock }));
    await transport.publish([outgoing('q', 'x', { deliverAt: clock.now() + 1000 })]);
    await transport.publish([outgoing('gone', 'y', { deliverAt: clock.now() + 1000 })]);
    expect([await transport.purge('gone'), await transport.size('gone')]).toEqual([1, 0]);
    const got = await collector(transport, ['q', 'gone']);
    await clock.advance(1000);
    expect(textsOf(got)).toEqual(['x']);
  });

  test('a batch is shared among the consumers that wait', async () => {
    const broker = new MemoryBroker();
    const clients = await Promise.all([0, 1, 2].map(() => connected(memoryTransport({ broker }))));
    const inboxes = await Promise.all(clients.map((client) => collector(client, ['q'], 100)));
    await new Promise(setImmediate);
    await clients[0]!.publish(Array.from({ length: 9 }, (_, index) => outgoing('q', String(index))));
    await vi.waitUntil(() => inboxes.flat().length === 9);
    expect(inboxes.map((inbox) => inbox.length)).toEqual([3, 3, 3]);
  });

  test('an unsettled delivery to a removed queue is dropped with it', async () => {
    const transport = await connected(memoryTransport());
    await transport.publish([outgoing('q', 'x')]);
    const got = await collector(transport, ['q']);
    await vi.waitUntil(() => got.length === 1);
    await transport.remove('q');
    expect([await got[0]!.settle('requeue'), await transport.size('q')]).toEqual([true, 0]);
  });

  test('deliveries requeued together keep their order and their count', async () => {
    const transport = await connected(memoryTransport());
    await transport.publish(['0', '1', '2', '3'].map((text) => outgoing('q', text)));
    const got = await collector(transport, ['q'], 3);
    await vi.waitUntil(() => got.length === 3);
    await Promise.all(got.splice(0).map((delivery) => delivery.settle('requeue')));
    await vi.waitUntil(() => got.length === 3);
    expect(textsOf(got)).toEqual(['0', '1', '2']);
    expect(got.map((delivery) => [delivery.redelivered, delivery.deliveryCount])).toEqual(new Array(3).fill([true, 2]));
  });
});
