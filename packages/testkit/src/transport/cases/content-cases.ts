import assert from 'node:assert/strict';
import type { MessageProperties, RawMessage } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import { plainValue } from '../../conformance/plain-value.ts';
import { declareQueues, publishAll, publishTexts, textMessage, textOf, texts, toQueue } from '../case-messages.ts';
import { Inbox } from '../inbox.ts';
import type { TransportHarness } from '../transport-harness.ts';
import type { TransportCase } from './transport-case.ts';

async function roundTrip(harness: TransportHarness, message: RawMessage): Promise<Delivery> {
  const client = await harness.connect();
  const queue = harness.name('content');
  await declareQueues(client, queue);
  await publishAll(client, [toQueue(queue, message)]);
  return (await Inbox.open(harness, client, [queue])).next();
}

async function assertHeaders(harness: TransportHarness, headers: { readonly [name: string]: unknown }): Promise<void> {
  const delivery = await roundTrip(harness, textMessage('x', { headers }));
  const received = delivery.message.headers;
  // Prototypes may differ: decoded headers have none.
  assert.deepEqual(plainValue(received), plainValue(headers));
}

const PROPERTIES: MessageProperties = {
  correlationId: 'c0ffee-1',
  replyTo: 'reply.queue',
  deliveryMode: 2,
  priority: 3,
  expiration: '60000',
  messageId: 'message-1',
  timestamp: 1_767_225_600,
  type: 'task',
  appId: 'conformance',
};

/** What was sent is what arrives. */
export const contentCases: readonly TransportCase[] = [
  {
    name: 'carries an empty body',
    async run(harness) {
      const delivery = await roundTrip(harness, textMessage(''));
      assert.equal(delivery.message.body.length, 0);
    },
  },
  {
    name: 'carries every byte value',
    async run(harness) {
      const body = Uint8Array.from({ length: 1_024 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
      const delivery = await roundTrip(harness, textMessage('', { body, contentEncoding: 'binary' }));
      assert(delivery.message.body instanceof Uint8Array, 'the body is bytes');
      assert.deepEqual(Buffer.from(delivery.message.body), Buffer.from(body));
    },
  },
  {
    name: 'carries content type and content encoding as they are',
    async run(harness) {
      const odd = { contentType: 'Application/X-Own; charset=utf-8', contentEncoding: 'UTF-8' };
      const { message } = await roundTrip(harness, textMessage('x', odd));
      assert.deepEqual([message.contentType, message.contentEncoding], [odd.contentType, odd.contentEncoding]);
    },
  },
  {
    name: 'keeps the absence of content type and content encoding',
    async run(harness) {
      const { message } = await roundTrip(harness, textMessage('x', { contentType: '', contentEncoding: '' }));
      assert.deepEqual([message.contentType, message.contentEncoding], ['', '']);
    },
  },
  {
    name: 'carries headers of nested values, null, booleans, fractions and large integers',
    run: (harness) =>
      assertHeaders(harness, {
        task: 'tasks.add',
        none: null,
        yes: true,
        no: false,
        fraction: 0.5,
        negative: -7,
        large: 2 ** 40,
        largest: Number.MAX_SAFE_INTEGER,
        lowest: Number.MIN_SAFE_INTEGER,
        empty: '',
        list: [1, 'two', null, [3, { four: 4 }], []],
        nested: { a: { b: { c: [true] } }, empty: {} },
      }),
  },
  {
    name: 'carries header names and values in any script, and text that looks like syntax',
    run: (harness) =>
      assertHeaders(harness, {
        'schlüssel-ключ-鍵': 'grüße 你好 🌱 \u0000 \u2028 end',
        quotes: `"'\`; DROP TABLE messages; -- \\ %s \${x} {{y}}`,
        lines: 'a\r\nb\tc',
        'with space': ' padded ',
      }),
  },
  {
    name: 'never rounds an integer beyond 2^53 in headers: it arrives exactly, or is refused',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('bigint');
      await declareQueues(client, queue);
      const exact = 9_007_199_254_740_993n;
      const outcome = await client
        .publish([toQueue(queue, textMessage('x', { headers: { exact } }))])
        .then(([first]) => first)
        .catch((error: Error) => error);
      if (outcome !== undefined) return assert(outcome instanceof Error, 'refused with an error');
      const { message } = await (await Inbox.open(harness, client, [queue])).next();
      assert.equal(message.headers['exact'], exact);
    },
  },
  {
    name: 'keeps hostile header names as plain data',
    async run(harness) {
      const headers = JSON.parse(
        '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "toString": "text", "n": {"__proto__": {"polluted": 1}}}',
      ) as { [name: string]: unknown };
      const { message } = await roundTrip(harness, textMessage('x', { headers }));
      const received = message.headers;
      assert.deepEqual(Object.keys(received).sort(), ['__proto__', 'constructor', 'n', 'toString'].sort());
      const own = Object.getOwnPropertyDescriptor(received, '__proto__')?.value as { polluted?: unknown } | undefined;
      assert.equal(own?.polluted, 1, '__proto__ is an own property with its value');
      assert.equal((received as { polluted?: unknown }).polluted, undefined, 'nothing is inherited from it');
      assert.equal(({} as { polluted?: unknown }).polluted, undefined, 'Object.prototype is untouched');
    },
  },
  {
    name: 'has every message of deliveries that were shelved, as often as it is asked for, and settles them',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('shelved');
      await declareQueues(client, queue);
      const messages = texts(40).map((text, at) =>
        textMessage(text, { headers: { at, nested: { list: [text, null] } }, properties: { correlationId: text } }),
      );
      await publishAll(
        client,
        messages.map((message) => toQueue(queue, message)),
      );
      const deliveries = await (await Inbox.open(harness, client, [queue])).take(40);
      for (const delivery of deliveries) delivery.shelve?.();
      for (const round of ['once', 'again']) {
        for (const delivery of deliveries) {
          const sent = messages[Number(delivery.message.headers['at'])]!;
          assert.equal(textOf(delivery), Buffer.from(sent.body).toString(), `the body, ${round}`);
          assert.deepEqual(plainValue(delivery.message.headers), plainValue(sent.headers), `the headers, ${round}`);
          assert.equal(delivery.message.properties.correlationId, sent.properties.correlationId);
          delivery.shelve?.();
        }
      }
      assert.equal(new Set(deliveries.map(textOf)).size, 40, 'each of them');
      assert(deliveries.every(({ held }) => held));
      const settled = await Promise.all(deliveries.map((delivery) => delivery.settle('ack')));
      assert(settled.every((held) => held));
    },
  },
  {
    name: 'carries the message properties',
    async run(harness) {
      const { message } = await roundTrip(harness, textMessage('x', { properties: PROPERTIES }));
      for (const [name, value] of Object.entries(PROPERTIES)) {
        assert.equal((message.properties as { [key: string]: unknown })[name], value, `property ${name}`);
      }
    },
  },
  {
    name: 'adds no correlation id, reply queue, message id, expiry or type of its own',
    async run(harness) {
      const { properties } = (await roundTrip(harness, textMessage('x'))).message;
      const { correlationId, replyTo, messageId, expiration, type, appId, userId } = properties;
      const added = { correlationId, replyTo, messageId, expiration, type, appId, userId };
      for (const [name, value] of Object.entries(added)) assert.equal(value, undefined, `property ${name}`);
    },
  },
  {
    name: 'keeps headers and properties with their own body in a batch',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('own');
      await declareQueues(client, queue);
      const bodies = texts(40);
      await publishAll(
        client,
        bodies.map((body) =>
          toQueue(queue, textMessage(body, { headers: { id: body }, properties: { correlationId: body } })),
        ),
      );
      for (const delivery of await (await Inbox.open(harness, client, [queue])).take(bodies.length)) {
        const body = textOf(delivery);
        assert.deepEqual(
          [delivery.message.headers['id'], delivery.message.properties.correlationId],
          [body, body],
          `headers and properties of ${body}`,
        );
      }
    },
  },
  {
    name: 'gives a redelivered message back unchanged',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('again');
      await declareQueues(client, queue);
      const sent = textMessage('same', { headers: { id: 'same', n: [1, null] }, properties: PROPERTIES });
      await publishAll(client, [toQueue(queue, sent)]);
      const inbox = await Inbox.open(harness, client, [queue]);
      await (await inbox.next()).settle('requeue');
      const again = await inbox.next();
      assert.equal(textOf(again), 'same');
      assert.deepEqual(plainValue(again.message.headers), plainValue(sent.headers));
      assert.equal(again.message.properties.correlationId, PROPERTIES.correlationId);
      assert.equal(again.message.contentType, sent.contentType);
    },
  },
  {
    name: 'keeps queues apart whose names differ only in case, separators or quotes',
    async run(harness) {
      const client = await harness.connect();
      const base = harness.name('apart');
      const names = [
        'a.b',
        'a:b',
        'a/b',
        'a-b',
        'a_b',
        'a b',
        'A.b',
        "a'b",
        'a%b',
        'a*b',
        '../a',
        'ä',
        'celery@host.pidbox',
      ];
      const queues = names.map((name) => `${base}.${name}`);
      await declareQueues(client, ...queues);
      try {
        for (const queue of queues) await publishTexts(client, queue, [queue]);
        for (const queue of queues) assert.equal(await client.size(queue), 1, `size of ${JSON.stringify(queue)}`);
        const inbox = await Inbox.open(harness, client, queues);
        for (const delivery of await inbox.take(queues.length)) assert.equal(textOf(delivery), delivery.queue);
      } finally {
        for (const queue of queues) await client.remove(queue);
      }
    },
  },
];
