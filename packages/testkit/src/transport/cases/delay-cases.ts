import assert from 'node:assert/strict';
import type { TransportCapabilities } from '@celeriac/transport';
import { declareQueues, publishAll, textOf, toQueue } from '../case-messages.ts';
import { Inbox } from '../inbox.ts';
import type { TransportCase } from './transport-case.ts';

/** How far ahead the delayed messages are. Milliseconds. */
const AHEAD_MS = 400;
/** Clocks and brokers may round a time to this. Milliseconds. */
const EARLY_MS = 20;

function needsDelay({ delayedDelivery }: TransportCapabilities): true | string {
  return delayedDelivery || 'the broker holds no message back';
}

/** A message with a time is not delivered before it. */
export const delayCases: readonly TransportCase[] = [
  {
    name: 'delivers a delayed message at its time, not before, and lets others pass',
    needs: needsDelay,
    async run(harness) {
      const client = await harness.connect({ clock: harness.clock });
      const queue = harness.name('delay');
      await declareQueues(client, queue);
      const inbox = await Inbox.open(harness, client, [queue]);
      const deliverAt = harness.now() + AHEAD_MS;
      await publishAll(client, [toQueue(queue, 'later', { deliverAt }), toQueue(queue, 'now')]);
      assert.equal(textOf(await inbox.next()), 'now');
      const arrival = inbox.next(AHEAD_MS + harness.waitMs).then((delivery) => ({ delivery, at: harness.now() }));
      await harness.pass(AHEAD_MS + EARLY_MS);
      const { delivery, at } = await arrival;
      assert.equal(textOf(delivery), 'later');
      assert(at >= deliverAt - EARLY_MS, `came ${deliverAt - at} ms before its time`);
    },
  },
  {
    name: 'serves delayed messages in the order of their times',
    needs: needsDelay,
    async run(harness) {
      const client = await harness.connect({ clock: harness.clock });
      const queue = harness.name('delays');
      await declareQueues(client, queue);
      const start = harness.now();
      const delays = [3, 1, 2].map((step) => toQueue(queue, `${step}`, { deliverAt: start + step * (AHEAD_MS / 3) }));
      const inbox = await Inbox.open(harness, client, [queue]);
      await publishAll(client, delays);
      for (let step = 0; step < 3; step++) await harness.pass(AHEAD_MS / 3 + EARLY_MS);
      await inbox.take(3);
      assert.deepEqual(inbox.texts, ['1', '2', '3']);
    },
  },
  {
    name: 'delivers a message whose time has passed at once',
    needs: needsDelay,
    async run(harness) {
      const client = await harness.connect({ clock: harness.clock });
      const queue = harness.name('overdue');
      await declareQueues(client, queue);
      await publishAll(client, [toQueue(queue, 'overdue', { deliverAt: harness.now() - 60_000 })]);
      assert.equal(textOf(await (await Inbox.open(harness, client, [queue])).next()), 'overdue');
    },
  },
  {
    name: 'counts and purges delayed messages as waiting ones',
    needs: needsDelay,
    async run(harness) {
      const client = await harness.connect({ clock: harness.clock });
      const queue = harness.name('delayed-size');
      await declareQueues(client, queue);
      const deliverAt = harness.now() + 3_600_000;
      await publishAll(client, [toQueue(queue, 'later', { deliverAt }), toQueue(queue, 'now')]);
      assert.equal(await client.size(queue), 2);
      assert.equal(await client.purge(queue), 2);
      assert.equal(await client.size(queue), 0);
    },
  },
];
