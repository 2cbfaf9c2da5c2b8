import type { Delivery } from '@celeriac/transport';
import { describe, expect, it } from 'vitest';
import { amqpTransport } from './amqp-transport.ts';
import { bareClient, brokerUrl, connected, freshName, rabbitmq, textOf, toQueue, until } from './rabbitmq.fixture.ts';

describe.skipIf(rabbitmq.skipped)('what RabbitMQ refuses', () => {
  it('B12: a queue that exists with other arguments is refused by name and argument, and the client goes on', async () => {
    await using client = await connected();
    const name = freshName('b12');
    await client.declare({ queues: [{ name, arguments: { 'x-max-priority': 10 } }] });
    await expect(client.declare({ queues: [{ name }] })).rejects.toMatchObject({
      code: 'CLR_CHANNEL',
      subject: `queue "${name}"`,
      message: expect.stringContaining("inequivalent arg 'x-max-priority'"),
      hint: expect.stringContaining('other arguments'),
    });
    await expect(client.declare({ queues: [{ name, durable: false }] })).rejects.toThrow(/durable/);
    expect(await client.size(name)).toBe(0);
    await client.remove(name);
  });

  it('B12: a quorum queue is not a classic one', async () => {
    await using client = await connected();
    const name = freshName('quorum');
    await client.declare({ queues: [{ name, arguments: { 'x-queue-type': 'quorum' } }] });
    await expect(client.declare({ queues: [{ name }] })).rejects.toThrow(/x-queue-type/);
    await client.remove(name);
  });

  it('B13: a queue deleted under its consumer ends it once, and what came from other queues can be settled', async () => {
    await using client = await connected();
    await using other = await bareClient();
    const [gone, kept] = [freshName('gone'), freshName('kept')];
    await client.declare({ queues: [{ name: gone }, { name: kept }] });
    await client.publish([toQueue(kept, 'held')]);
    const deliveries: Delivery[] = [];
    const losses: Error[] = [];
    await client.consume({
      queues: [gone, kept],
      prefetch: 5,
      onDeliveries: (arrived) => void deliveries.push(...arrived),
      onLost: (error) => void losses.push(error),
    });
    await until('a delivery', () => deliveries.length === 1);
    await (await other.createChannel()).deleteQueue(gone);
    await until('the loss', () => losses.length > 0);
    expect(losses[0]).toMatchObject({ code: 'CLR_CHANNEL', subject: `queue "${gone}"` });
    expect(deliveries[0]!.held).toBe(true);
    expect(await deliveries[0]!.settle('ack')).toBe(true);
    await client.declare({ queues: [{ name: gone }] });
    await client.publish([toQueue(gone, 'again')]);
    const texts: string[] = [];
    await client.consume({
      queues: [gone, kept],
      prefetch: 5,
      onDeliveries: (arrived) => void texts.push(...arrived.map(textOf)),
      onLost: () => {},
    });
    await until('the message of the new queue', () => texts.length > 0);
    expect(texts).toEqual(['again']);
    expect(losses).toHaveLength(1);
    await client.remove(gone);
    await client.remove(kept);
  });

  it('a consumer of a queue that does not exist is refused, and others go on', async () => {
    await using client = await connected();
    const queue = freshName('there');
    await client.declare({ queues: [{ name: queue }] });
    const texts: string[] = [];
    const losses: Error[] = [];
    const options = {
      prefetch: 1,
      onDeliveries: (arrived: readonly Delivery[]) => void texts.push(...arrived.map(textOf)),
      onLost: (error: Error) => void losses.push(error),
    };
    await client.consume({ ...options, queues: [queue] });
    const missing = freshName('missing');
    await expect(client.consume({ ...options, queues: [missing] })).rejects.toMatchObject({
      code: 'CLR_CHANNEL',
      subject: `queue "${missing}"`,
    });
    await client.publish([toQueue(queue, 'x')]);
    await until('a delivery', () => texts.length === 1);
    expect(losses).toEqual([]);
    await client.remove(queue);
  });

  it('B16: a mandatory message without a queue fails alone', async () => {
    await using client = await connected();
    const queue = freshName('b16');
    await client.declare({ queues: [{ name: queue }] });
    const missing = freshName('missing');
    const outcomes = await client.publish([
      toQueue(queue, 'a', { mandatory: true }),
      toQueue(missing, 'b', { mandatory: true }),
      toQueue(missing, 'c'),
      toQueue(missing, 'd', { mandatory: true }),
    ]);
    expect(outcomes.map((outcome) => (outcome as { code?: string } | undefined)?.code)).toEqual([
      undefined,
      'CLR_UNROUTABLE',
      undefined,
      'CLR_UNROUTABLE',
    ]);
    await client.remove(queue);
  });

  it('blames the message for which the broker closes the channel, and sends its neighbours', async () => {
    await using client = await connected();
    const queue = freshName('user');
    await client.declare({ queues: [{ name: queue }] });
    const forged = toQueue(queue, 'forged');
    const bad = { ...forged, message: { ...forged.message, properties: { userId: 'somebody-else' } } };
    const outcomes = await client.publish([toQueue(queue, 'a'), bad, toQueue(queue, 'b')]);
    expect(outcomes[0]).toBeUndefined();
    expect(outcomes[1]).toMatchObject({ code: 'CLR_CHANNEL', message: expect.stringContaining('user_id') });
    expect(outcomes[2]).toBeUndefined();
    expect(await client.publish([toQueue(queue, 'c')])).toEqual([undefined]);
    expect(await client.size(queue)).toBeGreaterThanOrEqual(3);
    await client.remove(queue);
  });

  it.each([
    ['a header that AMQP cannot carry', { headers: { f: () => 1 } }, 'CLR_ENCODE'],
    ['headers larger than a frame', { headers: { big: 'x'.repeat(140_000) } }, 'CLR_CHANNEL'],
    ['a priority beyond 255', { properties: { priority: 256 } }, 'CLR_CHANNEL'],
    ['an expiration that is no number', { properties: { expiration: 'soon' } }, 'CLR_CHANNEL'],
    ['a correlation id of 300 bytes', { properties: { correlationId: 'x'.repeat(300) } }, 'CLR_ENCODE'],
  ])('refuses %s before it is sent', async (_what, more, code) => {
    await using client = await connected();
    const queue = freshName('bad');
    await client.declare({ queues: [{ name: queue }] });
    const good = toQueue(queue, 'good');
    const bad = { ...good, message: { ...good.message, ...more } };
    const outcomes = await client.publish([good, bad, good]);
    expect(outcomes).toEqual([undefined, expect.objectContaining({ code }), undefined]);
    expect(await client.size(queue)).toBe(2);
    await client.remove(queue);
  });

  it('refuses a wrong password as an error of its own that shows no password', async () => {
    const client = amqpTransport({ url: brokerUrl.replace(/\/\/[^@]*@/, '//guest:wr0ng-pass@') });
    const error = await client.connect().catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'CLR_BROKER_ACCESS' });
    expect(String(error)).not.toContain('wr0ng');
    await client.close();
  });
});
