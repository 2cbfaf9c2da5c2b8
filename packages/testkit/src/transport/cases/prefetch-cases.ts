import assert from 'node:assert/strict';
import { declareQueues, publishTexts, textOf, texts } from '../case-messages.ts';
import { Inbox, roundTrip, settle, settleAll } from '../inbox.ts';
import type { TransportCase } from './transport-case.ts';

/** A consumer never holds more than it asked for. */
export const prefetchCases: readonly TransportCase[] = [
  {
    name: 'never holds more deliveries than the prefetch count',
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('window');
      await declareQueues(first, queue);
      await declareQueues(second, queue);
      await publishTexts(first, queue, texts(20));
      const limited = await Inbox.open(harness, first, [queue], { prefetch: 5 });
      await limited.take(5);
      await roundTrip(harness, first);
      // What the limited one does not take, the other one gets: waiting for exactly the rest needs no pause.
      const rest = await (await Inbox.open(harness, second, [queue])).take(15);
      assert.equal(limited.arrived.length, 5);
      assert.equal(new Set([...limited.texts, ...rest.map(textOf)]).size, 20);
    },
  },
  {
    name: 'holds any number of deliveries with a prefetch count of 0',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('unlimited');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(1_500));
      const inbox = await Inbox.open(harness, client, [queue], { prefetch: 0 });
      await inbox.take(1_500);
      assert.equal(new Set(inbox.texts).size, 1_500);
    },
  },
  {
    name: 'hands over one more for each one settled',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('refill');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(12));
      let mostHeld = 0;
      const held = new Set<unknown>();
      const inbox = await Inbox.open(harness, client, [queue], {
        prefetch: 3,
        onDelivery: (delivery) => {
          held.add(delivery);
          mostHeld = Math.max(mostHeld, held.size);
        },
      });
      for (let done = 0; done < 12; done++) {
        const delivery = await inbox.next();
        const settled = settle(harness, delivery, 'ack');
        held.delete(delivery);
        await settled;
      }
      assert.deepEqual(inbox.texts, texts(12));
      assert.equal(mostHeld, 3);
    },
  },
  {
    name: 'counts the prefetch window over all queues of a consumer',
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const queues = [harness.name('left'), harness.name('right')];
      for (const client of [first, second]) await declareQueues(client, ...queues);
      for (const queue of queues) await publishTexts(first, queue, texts(6));
      const limited = await Inbox.open(harness, first, queues, { prefetch: 4 });
      await limited.take(4);
      await roundTrip(harness, first);
      await (await Inbox.open(harness, second, queues)).take(8);
      assert.equal(limited.arrived.length, 4);
    },
  },
  {
    name: 'grows the window at run time',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('grow');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(10));
      const inbox = await Inbox.open(harness, client, [queue], { prefetch: 2 });
      await inbox.take(2);
      inbox.consumer.setPrefetch(6);
      await inbox.take(4);
      inbox.consumer.setPrefetch(0);
      await inbox.take(4);
      assert.deepEqual(inbox.texts, texts(10));
    },
  },
  {
    name: 'shrinks the window at run time, as deliveries are settled',
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('shrink');
      await declareQueues(first, queue);
      await declareQueues(second, queue);
      await publishTexts(first, queue, texts(10));
      const inbox = await Inbox.open(harness, first, [queue], { prefetch: 4 });
      const held = await inbox.take(4);
      inbox.consumer.setPrefetch(1);
      await settleAll(harness, held.slice(0, 3), 'ack');
      await roundTrip(harness, first);
      await (await Inbox.open(harness, second, [queue])).take(6);
      assert.equal(inbox.arrived.length, 4, 'three settled, one held: nothing more may come');
    },
  },
  {
    name: 'goes on after the window was shrunk',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('shrunk');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(6));
      const inbox = await Inbox.open(harness, client, [queue], { prefetch: 3 });
      const held = await inbox.take(3);
      inbox.consumer.setPrefetch(1);
      await settleAll(harness, held, 'ack');
      for (const expected of ['m3', 'm4', 'm5']) {
        const delivery = await inbox.next();
        assert.equal(textOf(delivery), expected);
        await settle(harness, delivery, 'ack');
      }
    },
  },
];
