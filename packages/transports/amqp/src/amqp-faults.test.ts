import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { silentLogger, systemClock } from '@celeriac/protocol';
import { TcpFaultProxy } from '@celeriac/testkit';
import { ConnectionGuard, type Delivery, type Transport } from '@celeriac/transport';
import { afterAll, describe, expect, it } from 'vitest';
import { amqpTransport } from './amqp-transport.ts';
import { brokerUrl, connected, freshName, rabbitmq, textOf, toQueue, until } from './rabbitmq.fixture.ts';

const CHILD = fileURLToPath(new URL('consumer-child.fixture.ts', import.meta.url));

function openDescriptors(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
}

describe.skipIf(rabbitmq.skipped)('broken connections', async () => {
  const target = rabbitmq.skipped === undefined ? new URL(brokerUrl) : new URL('amqp://localhost');
  const proxy = await TcpFaultProxy.open({ host: target.hostname, port: Number(target.port || 5672) });
  const url = brokerUrl.replace(target.host, `${proxy.host}:${proxy.port}`);
  afterAll(() => proxy.close());

  it('gives the messages of a killed process back within 2 s', async () => {
    await using client = await connected();
    const queue = freshName('killed');
    await client.declare({ queues: [{ name: queue }] });
    await client.publish(Array.from({ length: 10 }, (_, index) => toQueue(queue, `m${index}`)));
    const child = fork(CHILD, [brokerUrl, queue], { execArgv: ['--conditions=@celeriac/source'] });
    for (let held = 0; held < 10; ) [held] = (await once(child, 'message')) as [number];
    const texts: string[] = [];
    await client.consume({
      queues: [queue],
      prefetch: 0,
      onDeliveries: (arrived) => void texts.push(...arrived.map(textOf)),
      onLost: () => {},
    });
    const start = performance.now();
    child.kill('SIGKILL');
    await until('all are back', () => texts.length === 10);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(new Set(texts).size).toBe(10);
    await client.remove(queue);
  });

  it('B18: an acknowledgement after the connection has gone changes nothing and says so', async () => {
    const client = amqpTransport({ url });
    await client.connect();
    const queue = freshName('b18');
    await client.declare({ queues: [{ name: queue }] });
    await client.publish([toQueue(queue, 'a'), toQueue(queue, 'b')]);
    const deliveries: Delivery[] = [];
    const losses: Error[] = [];
    await client.consume({
      queues: [queue],
      prefetch: 2,
      onDeliveries: (arrived) => void deliveries.push(...arrived),
      onLost: (error) => void losses.push(error),
    });
    await until('both arrive', () => deliveries.length === 2);
    proxy.reset();
    await until('the loss', () => losses.length === 1);
    expect(deliveries.map(({ held }) => held)).toEqual([false, false]);
    expect(await Promise.all(deliveries.map((delivery) => delivery.settle('ack')))).toEqual([false, false]);
    await client.close();
    await using other = await connected();
    await until('both are back', async () => (await other.size(queue)) === 2);
    await other.remove(queue);
  });

  it('B3: a connection that carries nothing any more is noticed by its heartbeat', async () => {
    const client = amqpTransport({ url, options: { heartbeat: 1 } });
    await client.connect();
    const queue = freshName('b3');
    await client.declare({ queues: [{ name: queue }] });
    const losses: Error[] = [];
    await client.consume({
      queues: [queue],
      prefetch: 1,
      onDeliveries: () => {},
      onLost: (error) => losses.push(error),
    });
    proxy.drop();
    const start = performance.now();
    await until('the loss', () => losses.length === 1);
    expect(performance.now() - start).toBeLessThan(5000);
    // By the own heartbeat, or since the broker misses its own first and hangs up.
    expect(losses[0]).toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    proxy.resume();
    await client.close();
    await using other = await connected();
    await other.remove(queue);
  });

  it('B4: 600 messages survive a reset every 300 ms', async () => {
    const queue = freshName('b4');
    const before = openDescriptors();
    const guard = new ConnectionGuard({
      endpoints: [{ url: 'amqp://proxy', create: () => amqpTransport({ url }) }],
      policy: { maxRetries: null, intervalStartMs: 20, intervalStepMs: 20, intervalMaxMs: 100 },
      clock: systemClock,
      logger: silentLogger,
    });
    const done = new Map<string, number>();
    const read = async (transport: Transport): Promise<void> => {
      await transport.declare({ queues: [{ name: queue }] });
      await transport.consume({
        queues: [queue],
        prefetch: 10,
        onDeliveries: (arrived) => {
          for (const delivery of arrived) {
            done.set(textOf(delivery), (done.get(textOf(delivery)) ?? 0) + 1);
            void delivery.settle('ack');
          }
        },
        onLost: (error) => guard.lost(transport, error as never),
      });
    };
    const reading = (transport: Transport): void => {
      read(transport).catch((error: Error) => guard.lost(transport, error as never));
    };
    guard.onRestored(reading);
    await guard.start(new AbortController().signal);
    reading(await guard.acquire());
    const resets = setInterval(() => proxy.reset(), 300);
    for (let batch = 0; batch < 60; batch++) {
      const messages = Array.from({ length: 10 }, (_, index) => toQueue(queue, `${batch}-${index}`));
      const declared = async (transport: Transport): Promise<unknown> => {
        await transport.declare({ queues: [{ name: queue }] });
        return transport.publish(messages);
      };
      await guard.run(declared, { retry: () => 20 });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    clearInterval(resets);
    await until('all are done', () => done.size === 600, 15_000);
    await guard.run((transport) => transport.remove(queue), { retry: () => 20 });
    await guard.stop(3000);
    await until('no socket is left', () => openDescriptors() <= before + 2);
    expect(done.size).toBe(600);
  });

  it('B15: a publish whose confirmation is cut off rejects, though the broker has the message', async () => {
    const client = amqpTransport({ url });
    await client.connect();
    const queue = freshName('b15');
    await client.declare({ queues: [{ name: queue }] });
    await client.publish([toQueue(queue, 'first')]);
    proxy.swallowNext((_chunk, direction) => direction === 'down');
    const outcome = client.publish([toQueue(queue, 'second')]).catch((error: unknown) => error);
    await using other = await connected();
    await until('the broker has it', async () => (await other.size(queue)) === 2);
    proxy.reset();
    expect(await outcome).toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    proxy.resume();
    await client.close();
    await other.remove(queue);
  });
});
