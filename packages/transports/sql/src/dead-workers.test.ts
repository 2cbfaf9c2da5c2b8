import { once } from 'node:events';
import type { Delivery } from '@celeriac/transport';
import { expect, test } from 'vitest';
import { BrokerChildren, eventually } from './broker-children.fixture.ts';
import { scratchFolder } from './scratch-folder.fixture.ts';
import { sqlTransport } from './sql-transport.ts';
import { textMessages } from './text-messages.fixture.ts';

const LEASE_MS = 600;

test('A1: what a killed process held comes back within lease and sweep, redelivered', async () => {
  using folder = scratchFolder();
  await using children = new BrokerChildren();
  const url = folder.url();
  const transport = sqlTransport({ url, leaseMs: LEASE_MS });
  await transport.connect();
  await transport.publish(textMessages('work', 20));
  const victim = children.start({ url, role: 'hold', name: 'victim', count: 12, leaseMs: LEASE_MS });
  await eventually('the child holds messages', 10_000, () => children.got.length === 12);
  expect(await transport.size('work')).toBe(8);

  victim.kill('SIGKILL');
  await once(victim, 'exit');
  const killedAt = performance.now();
  const deliveries: Delivery[] = [];
  let lastAt = 0;
  await transport.consume({
    queues: ['work'],
    prefetch: 0,
    onLost: (error) => expect.fail(error.message),
    onDeliveries: (came) => {
      deliveries.push(...came);
      lastAt = performance.now();
      for (const delivery of came) void delivery.settle('ack');
    },
  });
  await eventually('all messages came', 10_000, () => deliveries.length >= 20);
  expect(lastAt - killedAt).toBeLessThan(LEASE_MS + LEASE_MS / 3 + 1500);
  const back = deliveries.filter((delivery) => delivery.redelivered);
  expect(back.map((delivery) => Buffer.from(delivery.message.body).toString()).sort()).toEqual(
    [...children.got].sort(),
  );
  expect(back.every((delivery) => delivery.deliveryCount === 2)).toBe(true);
  await eventually('everything is settled', 5000, async () => (await transport.size('work')) === 0);
  await transport.close();
  expect(children.failures).toEqual([]);
});

test('A7: an event loop blocked for longer than the lease keeps its messages', async () => {
  using folder = scratchFolder();
  await using children = new BrokerChildren();
  const url = folder.url();
  const transport = sqlTransport({ url, leaseMs: LEASE_MS });
  await transport.connect();
  await transport.publish(textMessages('work', 3));
  const held: Delivery[] = [];
  const consumer = await transport.consume({
    queues: ['work'],
    prefetch: 3,
    onLost: (error) => expect.fail(error.message),
    onDeliveries: (came) => void held.push(...came),
  });
  await eventually('the messages came', 5000, () => held.length === 3);
  children.start({ url, role: 'consume', name: 'rival', count: 10, leaseMs: LEASE_MS });
  await eventually('the rival is ready', 10_000, () => children.ready === 1);
  const blockedUntil = performance.now() + 4 * LEASE_MS;
  while (performance.now() < blockedUntil);
  expect(held.every((delivery) => delivery.held)).toBe(true);
  expect(await Promise.all(held.map((delivery) => delivery.settle('ack')))).toEqual([true, true, true]);
  await consumer.stop();
  await transport.publish(textMessages('work', 1, 'sentinel'));
  await eventually('the rival works', 5000, () => children.got.length > 0);
  expect(children.got).toEqual(['sentinel-0']);
  await children.stop();
  await transport.close();
});
