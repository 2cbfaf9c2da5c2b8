import assert from 'node:assert/strict';
import { isCeleriacError } from '@celeriac/protocol';
import type { Delivery, Transport, TransportCapabilities } from '@celeriac/transport';
import { within } from '../../conformance/within.ts';
import { declareQueues, publishTexts, textOf, texts } from '../case-messages.ts';
import { Inbox, settle } from '../inbox.ts';
import type { ClientRequest } from '../transport-conformance-options.ts';
import type { TransportHarness } from '../transport-harness.ts';
import type { TransportCase } from './transport-case.ts';

function needsKill(_capabilities: TransportCapabilities, harness: TransportHarness): true | string {
  return harness.canKill || 'the options name no `kill`';
}

function needsLease({ redelivery }: TransportCapabilities, harness: TransportHarness): true | string {
  if (redelivery === 'on-disconnect') return 'deliveries are bound to the connection, not to a lease';
  return harness.leaseMs !== undefined || 'the options name no `leaseMs`';
}

function shortLease({ clock, leaseMs }: TransportHarness): ClientRequest {
  return { clock, leaseMs };
}

/** How long a dead client's messages may stay away, by the clients' clock. Milliseconds. */
function absenceMs(harness: TransportHarness): number {
  const { redelivery } = harness.capabilities;
  if (redelivery === 'on-disconnect') return 0;
  return (harness.leaseMs ?? redelivery.leaseMs) + harness.sweepMs;
}

async function twoClients(harness: TransportHarness, queue: string): Promise<[Transport, Transport]> {
  const [victim, survivor] = [await harness.connect(shortLease(harness)), await harness.connect(shortLease(harness))];
  await declareQueues(victim, queue);
  await declareQueues(survivor, queue);
  return [victim, survivor];
}

/** The next `count` deliveries after a client has died. */
async function afterDeath(harness: TransportHarness, inbox: Inbox, count: number): Promise<readonly Delivery[]> {
  const allowedMs = absenceMs(harness);
  const deliveries = inbox.take(count, allowedMs + harness.waitMs);
  // Handled below; without this an early failure would count as unhandled while time passes.
  deliveries.catch(() => {});
  await harness.pass(allowedMs);
  return deliveries;
}

/** What a dead client held comes back; what a living one holds does not. */
export const leaseCases: readonly TransportCase[] = [
  {
    name: 'returns the messages of a client that died',
    needs: needsKill,
    async run(harness) {
      const queue = harness.name('died');
      const [victim, survivor] = await twoClients(harness, queue);
      await publishTexts(survivor, queue, texts(5));
      const [done] = await (await Inbox.open(harness, victim, [queue], { prefetch: 3 })).take(3);
      await settle(harness, done!, 'ack');
      await harness.kill(victim);
      const back = await afterDeath(harness, await Inbox.open(harness, survivor, [queue]), 4);
      assert.deepEqual(back.map(textOf).sort(), ['m1', 'm2', 'm3', 'm4']);
      const redelivered = back.filter((delivery) => delivery.redelivered).map(textOf);
      // The one settled made room for m3, which may have been on its way.
      assert.deepEqual(redelivered.filter((text) => text !== 'm3').sort(), ['m1', 'm2'], 'marked as redelivered');
    },
  },
  {
    name: 'counts the delivery to a client that died',
    needs: (capabilities, harness) =>
      capabilities.deliveryCount ? needsKill(capabilities, harness) : 'the broker does not count deliveries',
    async run(harness) {
      const queue = harness.name('died-count');
      const [victim, survivor] = await twoClients(harness, queue);
      await publishTexts(survivor, queue, ['x']);
      await (await Inbox.open(harness, victim, [queue])).next();
      await harness.kill(victim);
      const [back] = await afterDeath(harness, await Inbox.open(harness, survivor, [queue]), 1);
      assert.equal(back!.deliveryCount, 2);
    },
  },
  {
    name: 'keeps a message with a living client for longer than its lease',
    needs: needsLease,
    async run(harness) {
      const queue = harness.name('living');
      const [holder, other] = await twoClients(harness, queue);
      await publishTexts(holder, queue, ['held']);
      const inbox = await Inbox.open(harness, holder, [queue], { prefetch: 1 });
      const held = await inbox.next();
      const rival = await Inbox.open(harness, other, [queue]);
      for (let leases = 0; leases < 3; leases++) await harness.pass(harness.leaseMs!);
      await harness.pass(harness.sweepMs);
      await publishTexts(holder, queue, ['sentinel']);
      assert.equal(textOf(await rival.next()), 'sentinel');
      assert.equal(held.held, true);
      assert.equal(await settle(harness, held, 'ack'), true, 'the lease held until it was settled');
      assert.deepEqual([rival.texts, inbox.losses], [['sentinel'], []]);
    },
  },
  {
    name: 'refuses to settle a delivery whose lease was lost, and changes nothing',
    needs: (capabilities, harness) => {
      const lease = needsLease(capabilities, harness);
      return lease === true ? needsKill(capabilities, harness) : lease;
    },
    async run(harness) {
      const queue = harness.name('lost');
      const [victim, survivor] = await twoClients(harness, queue);
      await publishTexts(survivor, queue, texts(2));
      const [first, second] = await (await Inbox.open(harness, victim, [queue])).take(2);
      await harness.kill(victim);
      const inbox = await Inbox.open(harness, survivor, [queue]);
      const back = await afterDeath(harness, inbox, 2);
      await assertPowerless(harness, first!, 'ack');
      await assertPowerless(harness, second!, 'requeue');
      for (const delivery of back) assert.equal(await settle(harness, delivery, 'ack'), true, 'the new holder decides');
      assert.equal(await survivor.size(queue), 0);
      assert.equal(inbox.arrived.length, 2);
    },
  },
];

/** A dead client may find out by `false`, or since it reaches the broker no more. */
async function assertPowerless(harness: TransportHarness, delivery: Delivery, how: 'ack' | 'requeue'): Promise<void> {
  const outcome = await within(delivery.settle(how), harness.waitMs, `settle('${how}') settles`).catch(
    (error: unknown) => error,
  );
  if (outcome === false) return;
  assert(
    isCeleriacError(outcome, 'CLR_CONNECTION_LOST'),
    `settle resolved to ${String(outcome)} although the lease was lost`,
  );
}
