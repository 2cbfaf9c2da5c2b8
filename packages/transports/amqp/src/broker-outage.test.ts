import { usePrivateService } from '@celeriac/tooling/services';
import { afterAll, describe, expect, it } from 'vitest';
import { amqpTransport } from './amqp-transport.ts';
import { freshName, textOf, toQueue, until } from './rabbitmq.fixture.ts';

const MEMORY = 'set_vm_memory_high_watermark';

const broker = await usePrivateService('rabbitmq');

describe.skipIf(broker.skipped)('a broker in need', () => {
  if (broker.skipped !== undefined) return;
  const { url } = broker;
  afterAll(() => broker.stop());

  it('B11: publishing waits, then fails by name, while consuming goes on; then it flows again', async () => {
    const client = amqpTransport({ url, options: { blockedTimeoutMs: 1500 } });
    await client.connect();
    const queue = freshName('b11');
    await client.declare({ queues: [{ name: queue }] });
    // More than are consumed before the broker is thirsty: its command takes seconds on a busy machine.
    await client.publish(Array.from({ length: 500 }, (_, index) => toQueue(queue, `m${index}`)));
    const texts: string[] = [];
    let pauseMs = 100;
    const losses: Error[] = [];
    await client.consume({
      queues: [queue],
      prefetch: 1,
      onDeliveries: (arrived) => {
        for (const delivery of arrived) {
          texts.push(textOf(delivery));
          setTimeout(() => void delivery.settle('ack'), pauseMs);
        }
      },
      onLost: (error) => void losses.push(error),
    });
    await client.publish([toQueue(queue, 'over a connection of its own')]);
    await broker.exec(MEMORY, '0.00001');
    let held: Promise<unknown>;
    try {
      const before = texts.length;
      const start = performance.now();
      const outcome = client.publish([toQueue(queue, 'too much')]).catch((error: unknown) => error);
      expect(await outcome).toMatchObject({ code: 'CLR_CHANNEL', message: expect.stringContaining('memory') });
      expect(performance.now() - start).toBeLessThan(3000);
      await until('consuming goes on', () => texts.length >= before + 3);
      // It may fail before the broker takes messages again.
      held = client.publish([toQueue(queue, 'waits')]).catch(() => {});
    } finally {
      await broker.exec(MEMORY, '0.4');
    }
    const flowStart = performance.now();
    pauseMs = 0;
    await held;
    await until('it flows again', () =>
      client.publish([toQueue(queue, 'flows')]).then(
        ([error]) => error === undefined,
        () => false,
      ),
    );
    expect(performance.now() - flowStart).toBeLessThan(5000);
    await until('everything arrives', () => texts.includes('flows'));
    expect(losses).toEqual([]);
    await client.close();
  });

  it('B14: deliveries held beyond consumer_timeout end the consumer by name; others go on', async () => {
    const client = amqpTransport({ url });
    await client.connect();
    const queue = freshName('b14');
    const other = freshName('b14-other');
    await client.declare({ queues: [{ name: queue }, { name: other }] });
    await client.publish([toQueue(queue, 'slow')]);
    const losses: Error[] = [];
    let held = 0;
    await broker.exec('eval', 'application:set_env(rabbit, channel_tick_interval, 300).');
    await broker.exec('eval', 'application:set_env(rabbit, consumer_timeout, 500).');
    await client.consume({
      queues: [queue],
      prefetch: 1,
      onDeliveries: () => void held++,
      onLost: (error) => void losses.push(error),
    });
    await until('it is held', () => held === 1);
    await until('the loss', () => losses.length === 1, 15_000);
    expect(losses[0]).toMatchObject({ code: 'CLR_CHANNEL', hint: expect.stringContaining('consumer_timeout') });
    expect(await client.publish([toQueue(other, 'x')])).toEqual([undefined]);
    await broker.exec('eval', 'application:set_env(rabbit, consumer_timeout, 1800000).');
    await until('the message is back', async () => (await client.size(queue)) === 1);
    await client.close();
  });

  it('B1: accepted messages outlive a broker that is killed', async () => {
    const client = amqpTransport({ url });
    await client.connect();
    const queue = freshName('b1');
    await client.declare({ queues: [{ name: queue }] });
    const accepted = new Set<string>();
    let failure: unknown;
    const sending = (async () => {
      for (let index = 0; failure === undefined; index++) {
        await client.publish([toQueue(queue, `m${index}`)]).then(
          () => accepted.add(`m${index}`),
          (error: unknown) => {
            failure = error;
          },
        );
      }
    })();
    await until('some are accepted', () => accepted.size > 50);
    // RabbitMQ confirms messages when they are on the disk, but declares queues before: it writes those when it likes.
    await broker.exec('eval', 'mnesia:sync_log().');
    await broker.kill();
    await sending;
    expect(failure).toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    await client.close();
    await broker.restart();
    const later = amqpTransport({ url });
    await later.connect();
    const texts = new Set<string>();
    await later.consume({
      queues: [queue],
      prefetch: 0,
      onDeliveries: (arrived) => {
        for (const delivery of arrived) texts.add(textOf(delivery));
      },
      onLost: () => {},
    });
    await until('all accepted ones arrive', () => [...accepted].every((text) => texts.has(text)));
    await later.close();
    expect(texts.size).toBeGreaterThanOrEqual(accepted.size);
  });

  it('holds messages until their time, to queues and through topic exchanges', async () => {
    const options = { nativeDelayedDelivery: true, delayedQueueType: 'classic' };
    const client = amqpTransport({ url, options });
    await client.connect();
    const queue = freshName('delayed');
    const exchange = freshName('topics');
    await client.declare({
      exchanges: [{ name: exchange, type: 'topic' }],
      queues: [{ name: queue }],
      bindings: [{ exchange, queue, routingKey: 'news.eu' }],
    });
    const arrivals = new Map<string, number>();
    await client.consume({
      queues: [queue],
      prefetch: 0,
      noAck: true,
      onDeliveries: (arrived) => {
        for (const delivery of arrived) arrivals.set(textOf(delivery), Date.now());
      },
      onLost: () => {},
    });
    const now = Date.now();
    const outcomes = await client.publish([
      toQueue(queue, 'three', { deliverAt: now + 2500 }),
      toQueue(queue, 'topic', { exchange, routingKey: 'news.eu', deliverAt: now + 1000 }),
      toQueue(queue, 'now'),
      toQueue(queue, 'past', { deliverAt: now - 5000 }),
    ]);
    expect(outcomes).toEqual([undefined, undefined, undefined, undefined]);
    await until('all arrive', () => arrivals.size === 4);
    expect(arrivals.get('now')! - now).toBeLessThan(900);
    expect(arrivals.get('past')! - now).toBeLessThan(900);
    expect(arrivals.get('topic')! - now).toBeGreaterThanOrEqual(1000);
    expect(arrivals.get('three')! - now).toBeGreaterThanOrEqual(2500);
    await client.close();
  });

  it('counts deliveries of quorum queues, and gives each its window', async () => {
    const client = amqpTransport({ url, options: { quorumQueues: true } });
    expect(client.capabilities.deliveryCount).toBe(true);
    await client.connect();
    const queue = freshName('quorum');
    await client.declare({ queues: [{ name: queue, arguments: { 'x-queue-type': 'quorum' } }] });
    await client.publish([toQueue(queue, 'a')]);
    const counts: (number | undefined)[] = [];
    let held = 0;
    const consumer = await client.consume({
      queues: [queue],
      prefetch: 1,
      onDeliveries: (arrived) => {
        for (const delivery of arrived) {
          counts.push(delivery.deliveryCount);
          if (counts.length < 3) void delivery.settle('requeue');
          else held++;
        }
      },
      onLost: () => {},
    });
    await until('it came three times', () => held === 1);
    expect(counts).toEqual([1, 2, 3]);
    await client.publish([toQueue(queue, 'b'), toQueue(queue, 'c')]);
    consumer.setPrefetch(3);
    await until('the window has grown', () => held === 3);
    await client.close();
  });
});
