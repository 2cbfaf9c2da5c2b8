import { readFileSync } from 'node:fs';
import type { ConsumeMessage } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { bareClient, connected, freshName, rabbitmq, toQueue, until } from './rabbitmq.fixture.ts';

/** What `rabbitmqctl` listed beside a Python worker. */
interface SampleQueue {
  readonly name: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly exclusive: boolean;
  readonly arguments: readonly (readonly [name: string, type: string, value: unknown])[];
}

const { topology } = JSON.parse(
  readFileSync(new URL('../test/samples/topology-worker.json', import.meta.url), 'utf8'),
) as { topology: { queues: readonly SampleQueue[] } };

describe.skipIf(rabbitmq.skipped)('on the wire', () => {
  it.each(topology.queues.map((queue) => [queue.name.replace(/[0-9a-f-]{36}/, '<uuid>'), queue] as const))(
    "declares Python's queue %s so that both agree",
    async (_name, sample) => {
      await using client = await connected();
      await using python = await bareClient();
      const name = freshName('topology');
      const args = Object.fromEntries(sample.arguments.map(([key, , value]) => [key, value]));
      const flags = { durable: sample.durable, autoDelete: sample.auto_delete, exclusive: sample.exclusive };
      await client.declare({ queues: [{ name, ...flags, arguments: args }] });
      const channel = await python.createChannel();
      channel.on('error', () => {});
      const asPython = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, { '!': 'int', value }]));
      await expect(channel.assertQueue(name, { ...flags, arguments: asPython })).resolves.toMatchObject({
        queue: name,
      });
      await expect(
        channel.assertQueue(name, { ...flags, arguments: { ...asPython, 'x-max-length': 1 } }),
      ).rejects.toThrow(/406/);
      await client.remove(name);
    },
  );

  it('sends the properties that Celery sends, and no others', async () => {
    await using client = await connected();
    await using bare = await bareClient();
    const queue = freshName('properties');
    await client.declare({ queues: [{ name: queue }] });
    const channel = await bare.createChannel();
    const received: ConsumeMessage[] = [];
    await channel.consume(queue, (message) => void received.push(message!), { noAck: true });
    const message = {
      body: Buffer.from('[[2, 3], {}, {}]'),
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: { task: 'proj.add', retries: 0, timelimit: [null, 1.5], ignore_result: false, root_id: null },
      properties: { correlationId: 'id-1', replyTo: 'reply-1', expiration: '5000', extra: { origin: 'gen1@h' } },
    };
    await client.publish([
      toQueue(queue, '', { message }),
      toQueue(queue, '', { message: { ...message, properties: {} } }),
    ]);
    await until('both arrive', () => received.length === 2);
    const present = Object.entries(received[0]!.properties).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(present)).toEqual({
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: message.headers,
      deliveryMode: 2,
      priority: 0,
      correlationId: 'id-1',
      replyTo: 'reply-1',
      expiration: '5000',
    });
    expect(received[1]?.properties).toMatchObject({ deliveryMode: 2, priority: 0 });
    expect(received[1]?.properties.correlationId).toBeUndefined();
    expect(received[0]?.content.equals(message.body)).toBe(true);
    await client.remove(queue);
  });

  it('sends bodies of many frames, and takes them back', async () => {
    await using client = await connected();
    const queue = freshName('frames');
    await client.declare({ queues: [{ name: queue }] });
    const bodies = [0, 1, 16_384, 16_385, 131_063, 131_064, 131_065, 700_001].map((size) =>
      Buffer.alloc(size, size % 251),
    );
    const messages = bodies.map((body) => ({
      ...toQueue(queue, ''),
      message: { ...toQueue(queue, '').message, body },
    }));
    expect(await client.publish(messages)).toEqual(bodies.map(() => undefined));
    const arrived: Buffer[] = [];
    const consumer = await client.consume({
      queues: [queue],
      prefetch: 0,
      noAck: true,
      onDeliveries: (deliveries) => arrived.push(...deliveries.map(({ message }) => Buffer.from(message.body))),
      onLost: () => {},
    });
    await until('all arrive', () => arrived.length === bodies.length);
    for (const [index, body] of bodies.entries()) expect(arrived[index]!.equals(body)).toBe(true);
    await consumer.stop();
    await client.remove(queue);
  });
});
