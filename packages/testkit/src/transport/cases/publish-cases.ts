import assert from 'node:assert/strict';
import { assertCode } from '../../conformance/rejects-with.ts';
import {
  assertAccepted,
  declareQueues,
  publishAll,
  publishTexts,
  textMessage,
  textOf,
  texts,
  toQueue,
} from '../case-messages.ts';
import { Inbox, settleAll } from '../inbox.ts';
import type { TransportCase } from './transport-case.ts';

/** Above this a case would cost more memory than it is worth. */
const LARGEST_REFUSED_BYTES = 256 * 1024 * 1024;
const ONE_MEBIBYTE = 1024 * 1024;

/** Messages reach their queue: each once, in order, and confirmed only when the broker holds them. */
export const publishCases: readonly TransportCase[] = [
  {
    name: 'delivers a message with its queue, exchange and routing key',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('one');
      await declareQueues(client, queue);
      await publishTexts(client, queue, ['hello']);
      const delivery = await (await Inbox.open(harness, client, [queue])).next();
      assert.equal(textOf(delivery), 'hello');
      assert.deepEqual([delivery.queue, delivery.exchange, delivery.routingKey], [queue, '', queue]);
      assert.equal(typeof delivery.receipt, 'string');
      assert.equal(delivery.redelivered, false, 'a first delivery is not redelivered');
    },
  },
  {
    name: 'keeps the order of publishing within a queue',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('order');
      await declareQueues(client, queue);
      const sent = texts(60);
      await publishTexts(client, queue, sent.slice(0, 20));
      for (const text of sent.slice(20, 40)) await publishTexts(client, queue, [text]);
      await publishTexts(client, queue, sent.slice(40));
      const inbox = await Inbox.open(harness, client, [queue]);
      await inbox.take(sent.length);
      assert.deepEqual(inbox.texts, sent);
    },
  },
  {
    name: 'keeps the order for a consumer that was there before',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('live');
      await declareQueues(client, queue);
      const inbox = await Inbox.open(harness, client, [queue]);
      const sent = texts(60);
      for (let at = 0; at < sent.length; at += 6) await publishTexts(client, queue, sent.slice(at, at + 6));
      await inbox.take(sent.length);
      assert.deepEqual(inbox.texts, sent);
    },
  },
  {
    name: 'delivers each of 1,000 messages of one batch once',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('batch');
      await declareQueues(client, queue);
      const sent = texts(1_000);
      await publishTexts(client, queue, sent);
      const inbox = await Inbox.open(harness, client, [queue]);
      await settleAll(harness, await inbox.take(sent.length), 'ack');
      assert.deepEqual(inbox.texts, sent);
      assert.equal(await client.size(queue), 0);
    },
  },
  {
    name: 'resolves publish only when the broker holds the messages',
    async run(harness) {
      const [sender, other] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('held');
      await declareQueues(sender, queue);
      await declareQueues(other, queue);
      for (let round = 1; round <= 5; round++) {
        await publishTexts(sender, queue, texts(10));
        assert.equal(await other.size(queue), round * 10, 'another client sees them as soon as publish has resolved');
      }
    },
  },
  {
    name: 'confirms concurrent publishes of one turn, each with outcomes of its own',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('turn');
      await declareQueues(client, queue);
      const calls = texts(100).map((text, index) =>
        client.publish(Array.from({ length: 1 + (index % 3) }, () => toQueue(queue, text))),
      );
      for (const [index, outcomes] of (await Promise.all(calls)).entries()) assertAccepted(outcomes, 1 + (index % 3));
      assert.equal(await client.size(queue), 34 + 33 * 2 + 33 * 3);
    },
  },
  {
    name: 'accepts an empty batch',
    async run(harness) {
      const client = await harness.connect();
      assert.deepEqual(await client.publish([]), []);
    },
  },
  {
    name: 'reports the outcome of each message: one to an unknown exchange does not fail its neighbours',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('outcomes');
      await declareQueues(client, queue);
      const bad = {
        exchange: harness.name('no-such-exchange'),
        routingKey: 'x',
        message: textMessage('bad'),
        mandatory: true,
      };
      const outcomes = await client.publish([toQueue(queue, 'a'), bad, toQueue(queue, 'b')]);
      assert.equal(outcomes.length, 3);
      assert.deepEqual([outcomes[0], outcomes[2]], [undefined, undefined], 'the good ones are accepted');
      assertCode(outcomes[1], 'CLR_CHANNEL', 'CLR_UNROUTABLE');
      const inbox = await Inbox.open(harness, client, [queue]);
      await inbox.take(2);
      assert.deepEqual(inbox.texts, ['a', 'b']);
    },
  },
  {
    name: 'refuses a body above maxBodyBytes, and only that one',
    needs: ({ maxBodyBytes }) =>
      maxBodyBytes <= LARGEST_REFUSED_BYTES || `maxBodyBytes is ${maxBodyBytes}: too large to try`,
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('large');
      await declareQueues(client, queue);
      const tooLarge = textMessage('', { body: Buffer.alloc(harness.capabilities.maxBodyBytes + 1) });
      const outcomes = await client.publish([toQueue(queue, 'a'), toQueue(queue, tooLarge), toQueue(queue, 'b')]);
      assert.deepEqual([outcomes[0], outcomes[2]], [undefined, undefined], 'the good ones are accepted');
      assertCode(outcomes[1], 'CLR_MESSAGE_TOO_LARGE');
      assert.equal(await client.size(queue), 2);
    },
  },
  {
    name: 'carries a body of maxBodyBytes, or of 1 MiB where more is allowed',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('full');
      await declareQueues(client, queue);
      const body = Buffer.alloc(Math.min(harness.capabilities.maxBodyBytes, ONE_MEBIBYTE), 'celeriac ');
      await publishAll(client, [toQueue(queue, textMessage('', { body })), toQueue(queue, 'after')]);
      const inbox = await Inbox.open(harness, client, [queue]);
      const [large, after] = await inbox.take(2);
      assert(body.equals(large!.message.body), 'the body arrives byte for byte');
      assert.equal(textOf(after!), 'after');
    },
  },
];
