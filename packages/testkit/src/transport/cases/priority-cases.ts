import assert from 'node:assert/strict';
import type { OutgoingMessage, Transport, TransportCapabilities } from '@celeriac/transport';
import { publishAll, textMessage, toQueue } from '../case-messages.ts';
import { AckingHandler, Inbox } from '../inbox.ts';
import type { TransportHarness } from '../transport-harness.ts';
import type { TransportCase } from './transport-case.ts';

function needsPriority({ priority }: TransportCapabilities): true | string {
  return priority !== false || 'priorities are ignored';
}

async function priorityQueue(harness: TransportHarness): Promise<{ client: Transport; queue: string }> {
  const client = await harness.connect();
  const queue = harness.name('priority');
  await client.declare({ queues: [{ name: queue, arguments: { 'x-max-priority': 10 } }] });
  return { client, queue };
}

function urgent(queue: string, priority: number, text: string): OutgoingMessage {
  return toQueue(queue, textMessage(text, { properties: { priority } }));
}

/** Of the ends of the scale and its middle, the one served first comes first; every broker keeps these three apart. */
function servedOrder({ priority }: TransportCapabilities): readonly number[] {
  assert(priority !== false);
  const rising = priority.levels > 2 ? [0, 5, 9] : [0, 9];
  return priority.first === 'low' ? rising : rising.reverse();
}

/** Priorities reorder what waits. */
export const priorityCases: readonly TransportCase[] = [
  {
    name: 'serves urgent messages first',
    needs: needsPriority,
    async run(harness) {
      const { client, queue } = await priorityQueue(harness);
      const order = servedOrder(harness.capabilities);
      await publishAll(
        client,
        [...order].reverse().map((priority) => urgent(queue, priority, `p${priority}`)),
      );
      const inbox = await Inbox.open(harness, client, [queue], {
        prefetch: 1,
        onDelivery: new AckingHandler(harness).onDelivery,
      });
      await inbox.total(order.length);
      assert.deepEqual(
        inbox.texts,
        order.map((priority) => `p${priority}`),
      );
    },
  },
  {
    name: 'keeps the order of publishing within a priority',
    needs: needsPriority,
    async run(harness) {
      const { client, queue } = await priorityQueue(harness);
      const order = servedOrder(harness.capabilities);
      const messages = Array.from({ length: 30 }, (_, index) => {
        const priority = order[(index * 7) % order.length]!;
        return urgent(queue, priority, `p${priority}-${index}`);
      });
      for (let at = 0; at < messages.length; at += 10) await publishAll(client, messages.slice(at, at + 10));
      const inbox = await Inbox.open(harness, client, [queue], {
        prefetch: 1,
        onDelivery: new AckingHandler(harness).onDelivery,
      });
      await inbox.total(messages.length);
      const sent = messages.map((message) => Buffer.from(message.message.body).toString());
      const expected = order.flatMap((priority) => sent.filter((text) => text.startsWith(`p${priority}-`)));
      assert.deepEqual(inbox.texts, expected);
    },
  },
  {
    name: 'keeps the order of publishing where priorities are ignored',
    needs: ({ priority }) => priority === false || 'priorities are honoured',
    async run(harness) {
      const { client, queue } = await priorityQueue(harness);
      await publishAll(client, [urgent(queue, 9, 'first'), urgent(queue, 0, 'second'), urgent(queue, 9, 'third')]);
      const inbox = await Inbox.open(harness, client, [queue]);
      await inbox.total(3);
      assert.deepEqual(inbox.texts, ['first', 'second', 'third']);
    },
  },
];
