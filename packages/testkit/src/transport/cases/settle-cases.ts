import assert from 'node:assert/strict';
import { rejectsWith } from '../../conformance/rejects-with.ts';
import { until } from '../../conformance/within.ts';
import { declareQueues, publishTexts, textOf, texts } from '../case-messages.ts';
import { AckingHandler, Inbox, settle, settleAll } from '../inbox.ts';
import type { TransportCase } from './transport-case.ts';

/** A delivery ends once: done, back in its queue, or given up. */
export const settleCases: readonly TransportCase[] = [
  {
    name: 'hides an unsettled message from other consumers',
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('hidden');
      await declareQueues(first, queue);
      await declareQueues(second, queue);
      await publishTexts(first, queue, ['held']);
      await (await Inbox.open(harness, first, [queue], { prefetch: 1 })).next();
      await publishTexts(first, queue, ['free']);
      const other = await Inbox.open(harness, second, [queue]);
      assert.equal(textOf(await other.next()), 'free');
      assert.deepEqual(other.texts, ['free']);
    },
  },
  {
    name: 'removes an acknowledged message for good',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('ack');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(3));
      const deliveries = await (await Inbox.open(harness, client, [queue])).take(3);
      await settleAll(harness, deliveries, 'ack');
      await client.close();
      const later = await harness.connect();
      await publishTexts(later, queue, ['sentinel']);
      assert.equal(await later.size(queue), 1);
      assert.equal(textOf(await (await Inbox.open(harness, later, [queue])).next()), 'sentinel');
    },
  },
  {
    name: 'removes a discarded message for good',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('discard');
      await declareQueues(client, queue);
      await publishTexts(client, queue, ['bad']);
      assert.equal(await settle(harness, await (await Inbox.open(harness, client, [queue])).next(), 'discard'), true);
      await client.close();
      const later = await harness.connect();
      await publishTexts(later, queue, ['sentinel']);
      assert.equal(textOf(await (await Inbox.open(harness, later, [queue])).next()), 'sentinel');
    },
  },
  {
    name: 'delivers a requeued message again, marked as redelivered',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('requeue');
      await declareQueues(client, queue);
      await publishTexts(client, queue, ['again']);
      const inbox = await Inbox.open(harness, client, [queue]);
      const first = await inbox.next();
      assert.equal(await settle(harness, first, 'requeue'), true);
      const second = await inbox.next();
      assert.deepEqual([textOf(second), first.redelivered, second.redelivered], ['again', false, true]);
      assert.equal(await settle(harness, second, 'ack'), true);
      assert.equal(await client.size(queue), 0);
    },
  },
  {
    name: 'counts deliveries',
    needs: ({ deliveryCount }) => deliveryCount || 'the broker does not count deliveries',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('count');
      await declareQueues(client, queue);
      await publishTexts(client, queue, ['counted']);
      const inbox = await Inbox.open(harness, client, [queue]);
      for (let count = 1; count <= 3; count++) {
        const delivery = await inbox.next();
        assert.equal(delivery.deliveryCount, count);
        await settle(harness, delivery, 'requeue');
      }
    },
  },
  {
    name: 'leaves the delivery count undefined where the broker does not count',
    needs: ({ deliveryCount }) => !deliveryCount || 'the broker counts deliveries',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('uncounted');
      await declareQueues(client, queue);
      await publishTexts(client, queue, ['x']);
      assert.equal((await (await Inbox.open(harness, client, [queue])).next()).deliveryCount, undefined);
    },
  },
  {
    name: 'puts a requeued message in front of the waiting ones',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('front');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(4));
      const inbox = await Inbox.open(harness, client, [queue], { prefetch: 1 });
      await settle(harness, await inbox.next(), 'requeue');
      for (const expected of texts(4)) {
        const delivery = await inbox.next();
        assert.equal(textOf(delivery), expected);
        await settle(harness, delivery, 'ack');
      }
    },
  },
  {
    name: 'refuses a second settlement',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('twice');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(2));
      const [confirmed, pending] = await (await Inbox.open(harness, client, [queue])).take(2);
      assert.equal(await settle(harness, confirmed!, 'ack'), true);
      await rejectsWith(async () => confirmed!.settle('requeue'), 'CLR_ALREADY_SETTLED');
      const first = settle(harness, pending!, 'ack');
      await rejectsWith(async () => pending!.settle('requeue'), 'CLR_ALREADY_SETTLED');
      assert.equal(await first, true, 'the first settlement stands');
      assert.equal(await client.size(queue), 0);
    },
  },
  {
    name: 'says whether a delivery is held',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('held');
      await declareQueues(client, queue);
      await publishTexts(client, queue, ['x']);
      const delivery = await (await Inbox.open(harness, client, [queue])).next();
      assert.equal(delivery.held, true, 'before it is settled');
      await settle(harness, delivery, 'ack');
      assert.equal(delivery.held, false, 'after it is settled');
    },
  },
  {
    name: 'settles exactly the deliveries asked for, in any order',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('any-order');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(10));
      const deliveries = await (await Inbox.open(harness, client, [queue])).take(10);
      for (const index of [8, 2, 6, 0]) await settleAll(harness, [deliveries[index]!], 'ack');
      await settleAll(harness, [deliveries[9]!, deliveries[5]!], 'ack');
      await client.close();
      const later = await harness.connect();
      const left = await (await Inbox.open(harness, later, [queue])).take(4);
      assert.deepEqual(left.map(textOf).sort(), ['m1', 'm3', 'm4', 'm7']);
    },
  },
  {
    name: 'confirms 500 settlements of one turn, mixed',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('mixed');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(500));
      const inbox = await Inbox.open(harness, client, [queue]);
      const deliveries = await inbox.take(500);
      await inbox.consumer.stop();
      const verdict = (index: number): 'ack' | 'discard' | 'requeue' =>
        index % 5 === 0 ? 'requeue' : index % 5 === 1 ? 'discard' : 'ack';
      const held = await Promise.all(deliveries.map((delivery, index) => settle(harness, delivery, verdict(index))));
      assert.equal(held.filter(Boolean).length, 500, 'every settlement resolves to true');
      // Brokers that confirm no settlement may count a little later.
      await until(async () => (await client.size(queue)) === 100, harness.waitMs, 'the 100 requeued ones wait again');
    },
  },
  {
    name: 'lets a delivery be settled as it is handed over',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('inside');
      await declareQueues(client, queue);
      const acking = new AckingHandler(harness);
      const { onDelivery } = acking;
      const inbox = await Inbox.open(harness, client, [queue], { prefetch: 2, onDelivery });
      await publishTexts(client, queue, texts(20));
      await inbox.total(20);
      assert.deepEqual([...new Set(await acking.settled())], [true]);
      assert.deepEqual(inbox.texts, texts(20));
      assert.equal(await client.size(queue), 0);
    },
  },
  {
    name: 'settles deliveries of a consumer without acknowledgement as they are handed over',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('no-ack');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(5));
      const inbox = await Inbox.open(harness, client, [queue], { noAck: true });
      const deliveries = await inbox.take(5);
      assert.deepEqual(
        deliveries.map((delivery) => delivery.held),
        [false, false, false, false, false],
      );
      await client.close();
      const later = await harness.connect();
      await publishTexts(later, queue, ['sentinel']);
      assert.equal(textOf(await (await Inbox.open(harness, later, [queue])).next()), 'sentinel');
    },
  },
];
