import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Transport } from '@celeriac/transport';
import { assertCode } from '../../conformance/rejects-with.ts';
import { until, within } from '../../conformance/within.ts';
import { declareQueues, publishTexts, textOf, toQueue } from '../case-messages.ts';
import { Inbox } from '../inbox.ts';
import type { TransportCase } from './transport-case.ts';

/** The runner's own timers and pipes come and go; what is left open once per connection shows far above this. */
const TOLERANCE = 5;

/** What keeps the process busy: handles and requests, and open files where the system lists them. */
function openResources(): number {
  return process.getActiveResourcesInfo().length + openFiles();
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

async function useOnce(client: Transport, queue: string): Promise<void> {
  await client.connect();
  await declareQueues(client, queue);
  await publishTexts(client, queue, ['x']);
}

/** Clients come and go, in any order, and leave nothing behind. */
export const lifecycleCases: readonly TransportCase[] = [
  {
    name: 'describes itself',
    async run(harness) {
      const client = await harness.create();
      const { capabilities, name, url } = client;
      assert.match(name, /^[a-z][a-z0-9-]*$/, 'name');
      assert.equal(typeof url, 'string', 'url');
      assert(['native', 'emulated', 'none'].includes(capabilities.fanout), 'fanout');
      assert(capabilities.exchangeTypes.length > 0, 'exchangeTypes');
      assert(capabilities.maxBodyBytes > 0, 'maxBodyBytes');
      if (capabilities.priority !== false) assert(capabilities.priority.levels >= 2, 'priority.levels');
      if (capabilities.redelivery !== 'on-disconnect')
        assert(capabilities.redelivery.leaseMs > 0, 'redelivery.leaseMs');
      for (const flag of ['delayedDelivery', 'deliveryCount', 'durable'] as const) {
        assert.equal(typeof capabilities[flag], 'boolean', flag);
      }
    },
  },
  {
    name: 'closes before it was connected, and twice',
    async run(harness) {
      const never = await harness.create();
      await never.close();
      await never.close();
      const used = await harness.connect();
      await Promise.all([used.close(), used.close()]);
      await used.close();
      assert.equal(typeof (await harness.connect()).name, 'string', 'another client still connects');
    },
  },
  {
    name: 'lets a new client go on after another was closed',
    async run(harness) {
      const queue = harness.name('next');
      const first = await harness.create();
      await useOnce(first, queue);
      const second = await harness.connect();
      await first.close();
      await declareQueues(second, queue);
      assert.equal(textOf(await (await Inbox.open(harness, second, [queue])).next()), 'x');
    },
  },
  {
    name: 'refuses to publish after close instead of hanging or pretending',
    async run(harness) {
      const [closed, other] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('closed');
      await declareQueues(closed, queue);
      await declareQueues(other, queue);
      await closed.close();
      const outcome = await closed
        .publish([toQueue(queue, 'x')])
        .then(([first]) => first)
        .catch((error: unknown) => error);
      assertCode(outcome, 'CLR_CONNECTION_LOST', 'CLR_CHANNEL');
      assert.equal(await other.size(queue), 0);
    },
  },
  {
    name: 'confirms what was published right before close',
    async run(harness) {
      const [leaving, other] = [await harness.connect(), await harness.connect()];
      const queue = harness.name('leaving');
      await declareQueues(leaving, queue);
      await declareQueues(other, queue);
      const published = leaving.publish([toQueue(queue, 'last words')]);
      const settled = published.then(
        ([outcome]) => outcome === undefined,
        () => false,
      );
      await leaving.close();
      const accepted = await within(settled, harness.waitMs, 'the publish settles');
      assert.equal(await other.size(queue), accepted ? 1 : 0, 'accepted and held are the same');
    },
  },
  {
    name: 'leaves no sockets, timers, threads or files behind after 20 connections',
    async run(harness) {
      const queue = harness.name('resources');
      const keeper = await harness.connect();
      await useOnce(keeper, queue);
      const warmUp = await harness.create();
      await useOnce(warmUp, queue);
      await warmUp.close();
      const before = openResources();
      for (let round = 0; round < 20; round++) {
        const client = await harness.create();
        await useOnce(client, queue);
        await (await Inbox.open(harness, client, [queue], { prefetch: 1 })).next();
        await client.close();
      }
      const isBack = (): boolean => openResources() <= before + TOLERANCE;
      await until(isBack, harness.waitMs, `open resources are back to ${before}`);
      assert(isBack());
    },
  },
];
