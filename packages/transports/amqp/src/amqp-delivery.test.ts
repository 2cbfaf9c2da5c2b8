import { MessageShelf } from '@celeriac/transport';
import { expect, it } from 'vitest';
import { AmqpDelivery } from './amqp-delivery.ts';

it('is packed while it is shelved, and reads as before', () => {
  const message = {
    body: Buffer.from('x'),
    contentType: 'a',
    contentEncoding: 'b',
    headers: { id: '1' },
    properties: {},
  };
  const parts = { message, queue: 'q', exchange: '', routingKey: 'q', redelivered: false, deliveryCount: 1, tag: 1 };
  const channel = { alive: true, label: 'l', shelf: new MessageShelf(), settle: async () => true };
  const delivery = new AmqpDelivery(parts, channel, false);
  expect(delivery.message).toBe(message);
  delivery.shelve();
  expect(delivery.message).not.toBe(delivery.message);
  expect({ ...delivery.message, headers: { ...delivery.message.headers } }).toEqual(message);
});
