import assert from 'node:assert/strict';
import { isCeleriacError } from '@celeriac/protocol';
import { rejectsWith } from '../../conformance/rejects-with.ts';
import { declareQueues, publishTexts, textOf, texts } from '../case-messages.ts';
import { Inbox, settle } from '../inbox.ts';
import type { TransportCase } from './transport-case.ts';

const REFUSED_NAMES: readonly (readonly [what: string, name: string])[] = [
  ['an empty name', ''],
  ['a name of 300 characters', 'q'.repeat(300)],
  ['a name of 300 bytes in 100 characters', '鍵'.repeat(100)],
  ['the separator that other clients put between queue and priority', 'queue\x06\x163'],
  ['a line break', 'queue\nforged: line'],
  ['a NUL', 'queue\0'],
  ['a terminal escape', 'queue\x1b[2J'],
  ["the broker's own prefix", 'amq.x'],
  ['the one-word wildcard', '*'],
  ['the any-words wildcard', '#'],
];

/** Queues can be declared, measured, emptied and removed. */
export const manageCases: readonly TransportCase[] = [
  {
    name: 'counts the waiting messages, without held ones',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('size');
      await declareQueues(client, queue);
      assert.equal(await client.size(queue), 0);
      await publishTexts(client, queue, texts(7));
      assert.equal(await client.size(queue), 7);
      const inbox = await Inbox.open(harness, client, [queue], { prefetch: 3 });
      const held = await inbox.take(3);
      assert.equal(await client.size(queue), 4);
      await inbox.consumer.stop();
      await settle(harness, held[0]!, 'requeue');
      assert.equal(await client.size(queue), 5, 'a requeued one waits again');
    },
  },
  {
    name: 'drops the waiting messages on purge, and says how many',
    async run(harness) {
      const client = await harness.connect();
      const [queue, other] = [harness.name('purge'), harness.name('other')];
      await declareQueues(client, queue, other);
      await publishTexts(client, queue, texts(9));
      await publishTexts(client, other, texts(2));
      assert.equal(await client.purge(queue), 9);
      assert.equal(await client.purge(queue), 0);
      assert.deepEqual([await client.size(queue), await client.size(other)], [0, 2]);
      await publishTexts(client, queue, ['after']);
      assert.equal(textOf(await (await Inbox.open(harness, client, [queue])).next()), 'after');
    },
  },
  {
    name: 'keeps held messages on purge',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('purge-held');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(5));
      const inbox = await Inbox.open(harness, client, [queue], { prefetch: 2 });
      const [requeued, acked] = await inbox.take(2);
      assert.equal(await client.purge(queue), 3);
      assert.equal(await settle(harness, acked!, 'ack'), true);
      assert.equal(await settle(harness, requeued!, 'requeue'), true);
      assert.equal(textOf(await inbox.next()), textOf(requeued!));
    },
  },
  {
    name: 'removes a queue with its messages',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('remove');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(3));
      await client.remove(queue);
      await declareQueues(client, queue);
      assert.equal(await client.size(queue), 0);
      await publishTexts(client, queue, ['new']);
      assert.equal(textOf(await (await Inbox.open(harness, client, [queue])).next()), 'new');
    },
  },
  {
    name: 'does not mind removing what does not exist',
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('never-declared');
      await client.remove(queue);
      await client.remove(queue);
      await declareQueues(client, queue);
      assert.equal(await client.size(queue), 0, 'the client goes on working');
    },
  },
  {
    name: 'changes nothing when a queue is declared twice',
    async run(harness) {
      const [first, second] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('declare');
      await declareQueues(first, queue);
      await publishTexts(first, queue, texts(3));
      await declareQueues(first, queue);
      await declareQueues(second, queue);
      assert.equal(await second.size(queue), 3);
    },
  },
  {
    name: 'refuses queue names that no key, log line or pattern could carry unharmed (M39)',
    async run(harness) {
      for (const [what, name] of REFUSED_NAMES) {
        const client = await harness.connect();
        const error = await client.declare({ queues: [{ name }] }).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        assert(error !== undefined, `${what} is refused`);
        assert(isCeleriacError(error), `${what} is refused with an error of Celeriac, not with ${String(error)}`);
        assert(!error.message.includes('\n') && !error.message.includes('\x1b'), `${what} is escaped in the message`);
        await client.close();
      }
    },
  },
  {
    name: 'refuses to declare an exchange again with another type, and goes on working',
    needs: ({ exchangeTypes }) => exchangeTypes.length >= 2 || 'there is only one exchange type',
    async run(harness) {
      const client = await harness.connect();
      const [one, another] = harness.capabilities.exchangeTypes;
      const exchange = harness.name('exchange');
      await client.declare({ exchanges: [{ name: exchange, type: one! }] });
      await client.declare({ exchanges: [{ name: exchange, type: one! }] });
      await rejectsWith(() => client.declare({ exchanges: [{ name: exchange, type: another! }] }), 'CLR_CHANNEL');
      const queue = harness.name('after');
      await declareQueues(client, queue);
      await publishTexts(client, queue, ['still works']);
      assert.equal(textOf(await (await Inbox.open(harness, client, [queue])).next()), 'still works');
    },
  },
  {
    name: 'refuses an exchange type that it does not support',
    needs: ({ exchangeTypes }) => exchangeTypes.length < 4 || 'every exchange type is supported',
    async run(harness) {
      const supported: readonly string[] = harness.capabilities.exchangeTypes;
      for (const type of ['direct', 'topic', 'fanout', 'headers'] as const) {
        if (supported.includes(type)) continue;
        const client = await harness.connect();
        const exchanges = [{ name: harness.name(type), type }];
        await rejectsWith(() => client.declare({ exchanges }), 'CLR_CHANNEL');
      }
    },
  },
];
