import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '@celeriac/transport';
import { until } from '../../conformance/within.ts';
import { declareQueues, publishTexts, textOf, texts } from '../case-messages.ts';
import { AckingHandler, Inbox, settle } from '../inbox.ts';
import type { TransportCase } from './transport-case.ts';

/** Long enough that a consumer which asks again and again is between two questions. Milliseconds. */
const IDLE_MS = 60;

/** Deliveries among which a queue must have had its ten turns, next to two that never run empty. */
const FAIR_WITHIN = 300;

/** Consumers share, wake up, change queues, and stop. */
export const consumeCases: readonly TransportCase[] = [
  {
    name: 'shares a queue between two clients: 1,000 messages, each delivered once',
    async run(harness) {
      const clients = [await harness.connect(), await harness.connect()];
      const queue = harness.name('shared');
      for (const client of clients) await declareQueues(client, queue);
      const acking = new AckingHandler(harness);
      const { onDelivery } = acking;
      const inboxes: Inbox[] = [];
      for (const client of clients) {
        inboxes.push(await Inbox.open(harness, client, [queue], { prefetch: 10, onDelivery }));
      }
      for (let batch = 0; batch < 10; batch++) await publishTexts(clients[0]!, queue, texts(100, `${batch}-`));
      const arrived = (): string[] => inboxes.flatMap((inbox) => inbox.texts);
      await until(() => arrived().length >= 1_000, harness.waitMs * 2, 'the two consumers get 1,000 deliveries');
      assert.equal(new Set(await acking.settled()).size, 1);
      assert.equal(new Set(arrived()).size, 1_000, 'no message is missing');
      assert.equal(arrived().length, 1_000, 'no message came twice');
      assert.equal(await clients[0]!.size(queue), 0);
    },
  },
  {
    name: 'serves several queues fairly: queues that never run empty starve nobody',
    async run(harness) {
      const client = await harness.connect();
      const queues = ['busy', 'small', 'busy-too'].map((label) => harness.name(label));
      await declareQueues(client, ...queues);
      for (const [index, count] of [20, 10, 20].entries()) await publishTexts(client, queues[index]!, texts(count));
      const small = queues[1]!;
      const acking = new AckingHandler(harness);
      const onDelivery = (delivery: Delivery): void => {
        if (delivery.queue !== small) void publishTexts(client, delivery.queue, ['more']).catch(() => {});
        acking.onDelivery(delivery);
      };
      const inbox = await Inbox.open(harness, client, queues, { prefetch: 4, onDelivery });
      const served = (): number => inbox.arrived.filter(({ queue }) => queue === small).length;
      const isDecided = (): boolean => served() === 10 || inbox.arrived.length >= FAIR_WITHIN;
      await until(isDecided, harness.waitMs, `10 deliveries of the small queue arrive, or ${FAIR_WITHIN} in all`);
      await inbox.consumer.stop();
      assert.equal(served(), 10, `deliveries of the small queue among the first ${inbox.arrived.length}`);
    },
  },
  {
    name: 'wakes an idle consumer at once when another client publishes',
    async run(harness) {
      const [reader, sender] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('wake');
      await declareQueues(reader, queue);
      await declareQueues(sender, queue);
      const inbox = await Inbox.open(harness, reader, [queue]);
      const tookMs: number[] = [];
      for (let round = 0; round < 5; round++) {
        await sleep(IDLE_MS);
        const start = performance.now();
        await publishTexts(sender, queue, [`w${round}`]);
        assert.equal(textOf(await inbox.next()), `w${round}`);
        tookMs.push(performance.now() - start);
      }
      const median = tookMs.sort((a, b) => a - b)[2]!;
      assert(median <= harness.wakeMs, `took ${Math.round(median)} ms (median of 5), allowed are ${harness.wakeMs}`);
    },
  },
  {
    name: 'adds and drops queues of a running consumer',
    async run(harness) {
      const client = await harness.connect();
      const [old, kept, added] = ['old', 'kept', 'added'].map((label) => harness.name(label)) as [
        string,
        string,
        string,
      ];
      await declareQueues(client, old, kept, added);
      const inbox = await Inbox.open(harness, client, [old, kept]);
      await publishTexts(client, old, ['1']);
      assert.equal((await inbox.next()).queue, old);
      await inbox.consumer.setQueues([kept, added]);
      await publishTexts(client, old, ['left alone']);
      for (const queue of [added, kept]) {
        await publishTexts(client, queue, ['2']);
        assert.equal((await inbox.next()).queue, queue);
      }
      assert.equal(await client.size(old), 1, 'the dropped queue keeps its message');
      assert.equal(inbox.arrived.length, 3);
    },
  },
  {
    name: 'reads messages that were waiting in an added queue',
    async run(harness) {
      const client = await harness.connect();
      const [idle, full] = [harness.name('idle'), harness.name('full')];
      await declareQueues(client, idle, full);
      const inbox = await Inbox.open(harness, client, [idle]);
      await publishTexts(client, full, texts(3));
      await inbox.consumer.setQueues([idle, full]);
      await inbox.take(3);
      assert.deepEqual(inbox.texts, texts(3));
    },
  },
  {
    name: 'loses and doubles nothing while queues and window change under load',
    async run(harness) {
      const client = await harness.connect();
      const [steady, other] = [harness.name('steady'), harness.name('other')];
      await declareQueues(client, steady, other);
      const { onDelivery } = new AckingHandler(harness);
      const inbox = await Inbox.open(harness, client, [steady], { prefetch: 3, onDelivery });
      const sent: string[] = [];
      for (let round = 0; round < 30; round++) {
        const bodies = texts(10, `${round}-`);
        sent.push(...bodies);
        const published = publishTexts(client, steady, bodies);
        inbox.consumer.setPrefetch(1 + (round % 5));
        await inbox.consumer.setQueues(round % 2 === 0 ? [steady, other] : [steady]);
        await published;
      }
      await inbox.total(sent.length);
      await inbox.consumer.stop();
      assert.deepEqual(inbox.texts.sort(), sent.sort());
      assert.equal(await client.size(steady), 0);
    },
  },
  {
    name: 'delivers nothing after stop(), keeps what is held, and lets it be settled',
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('stop');
      await declareQueues(first, queue);
      await declareQueues(second, queue);
      await publishTexts(first, queue, texts(8));
      const inbox = await Inbox.open(harness, first, [queue], { prefetch: 3 });
      const [held, given] = await inbox.take(3);
      await inbox.consumer.stop();
      await inbox.consumer.stop();
      // The other one has no room until it settles: only a consumer that goes on could take what comes back.
      const other = await Inbox.open(harness, second, [queue], { prefetch: 5 });
      const [full] = await other.take(5);
      assert.equal(await settle(harness, held!, 'ack'), true, 'a held delivery can still be acknowledged');
      assert.equal(await settle(harness, given!, 'requeue'), true, 'and another one requeued');
      await settle(harness, full!, 'ack');
      assert.equal(textOf(await other.next()), textOf(given!));
      assert.equal(inbox.arrived.length, 3, 'the stopped consumer got nothing more');
      assert.deepEqual(inbox.losses, [], 'stop() is no loss');
    },
  },
  {
    name: 'stops one of two consumers of a client without the other',
    async run(harness) {
      const client = await harness.connect();
      const [left, right] = [harness.name('left'), harness.name('right')];
      await declareQueues(client, left, right);
      const stopped = await Inbox.open(harness, client, [left]);
      const running = await Inbox.open(harness, client, [right]);
      await stopped.consumer.stop();
      await publishTexts(client, left, ['left alone']);
      await publishTexts(client, right, ['read']);
      assert.equal(textOf(await running.next()), 'read');
      assert.equal(await client.size(left), 1);
      assert.deepEqual(stopped.texts, []);
    },
  },
  {
    name: 'returns unsettled deliveries to the queue when the client closes',
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('close');
      await declareQueues(first, queue);
      await declareQueues(second, queue);
      await publishTexts(second, queue, texts(6));
      const [done] = await (await Inbox.open(harness, first, [queue], { prefetch: 4 })).take(4);
      await settle(harness, done!, 'ack');
      await first.close();
      const other = await Inbox.open(harness, second, [queue]);
      const back = await other.take(5);
      assert.deepEqual(back.map(textOf).sort(), ['m1', 'm2', 'm3', 'm4', 'm5']);
      const redelivered = back.filter((delivery) => delivery.redelivered).map(textOf);
      // The one settled made room for m4, which may have been on its way.
      assert.deepEqual(redelivered.filter((text) => text !== 'm4').sort(), ['m1', 'm2', 'm3'], 'marked as redelivered');
    },
  },
  {
    name: 'returns deliveries of a stopped consumer when the client closes',
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('stop-close');
      await declareQueues(first, queue);
      await declareQueues(second, queue);
      await publishTexts(second, queue, texts(3));
      const inbox = await Inbox.open(harness, first, [queue]);
      await inbox.take(3);
      await inbox.consumer.stop();
      await first.close();
      const back = await (await Inbox.open(harness, second, [queue])).take(3);
      assert.deepEqual(back.map(textOf).sort(), texts(3));
      assert.deepEqual(inbox.losses, [], 'close() is no loss');
    },
  },
];
