import { FakeClock } from '@celeriac/testkit';
import { expect, test } from 'vitest';
import { MemoryBroker } from './memory-broker.ts';
import { memoryTransport } from './memory-transport.ts';

test('shows what waits, in the order in which it will be taken, and leaves it there', async () => {
  const clock = new FakeClock(0);
  const broker = new MemoryBroker();
  const transport = memoryTransport({ broker, clock });
  await transport.connect();
  const send = (text: string, priority: number, deliverAt?: number) => {
    const properties = { priority };
    const message = { body: Buffer.from(text), contentType: '', contentEncoding: '', headers: {}, properties };
    return { exchange: '', routingKey: 'q', message, ...(deliverAt !== undefined && { deliverAt }) };
  };
  await transport.publish([send('later', 9, 500), send('later still', 0, 700), send('low', 0), send('high', 5)]);
  const texts = () => broker.waiting('q').map(({ body }) => Buffer.from(body).toString());
  expect(texts()).toEqual(['high', 'low', 'later', 'later still']);
  expect(texts()).toEqual(['high', 'low', 'later', 'later still']);
  expect([broker.queues, broker.waiting('nobody')]).toEqual([['q'], []]);
  await transport.close();
});

test('tells whether something can be taken now', async () => {
  const clock = new FakeClock(0);
  const broker = new MemoryBroker();
  const transport = memoryTransport({ broker, clock });
  await transport.connect();
  const message = { body: Buffer.from(''), contentType: '', contentEncoding: '', headers: {}, properties: {} };
  await transport.publish([{ exchange: '', routingKey: 'q', message, deliverAt: 500 }]);
  expect([0, 499, 500].map((nowMs) => broker.hasDue(['other', 'q'], nowMs))).toEqual([false, false, true]);
  expect(broker.hasDue(['other'], 500)).toBe(false);
  await transport.close();
});
