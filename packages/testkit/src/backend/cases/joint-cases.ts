import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { BackendCapabilities } from '@celeriac/backend';
import type { Delivery, Transport } from '@celeriac/transport';
import { until } from '../../conformance/within.ts';
import { declareQueues, publishTexts, texts } from '../../transport/case-messages.ts';
import type { BackendHarness } from '../backend-harness.ts';
import { assertMeta, loadOne, resultMeta } from '../case-results.ts';
import type { BackendCase } from './backend-case.ts';

function needsPair(_capabilities: BackendCapabilities, harness: BackendHarness): true | string {
  return harness.canPair || 'the options name no `createPair`';
}

async function takeAll(
  harness: BackendHarness,
  transport: Transport,
  queue: string,
  count: number,
): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  await transport.consume({
    queues: [queue],
    prefetch: 0,
    onDeliveries: (deliveries) => void taken.push(...deliveries),
    onLost: () => {},
  });
  await until(() => taken.length >= count, harness.waitMs, `${count} deliveries arrive`);
  return taken;
}

async function openQueue(transport: Transport, count: number): Promise<string> {
  const queue = `conf-joint-${randomBytes(5).toString('hex')}`;
  await declareQueues(transport, queue);
  await publishTexts(transport, queue, texts(count));
  return queue;
}

/** Where broker and store are one database, a result and its settlement stand or fall together. */
export const jointCases: readonly BackendCase[] = [
  {
    name: 'names the same domain on both sides',
    needs: needsPair,
    async run(harness) {
      const { transport, backend } = await harness.connectPair();
      assert(transport.joint, 'the transport offers joint settlement');
      assert.equal(backend.jointDomain, transport.joint.domain);
    },
  },
  {
    name: 'settles deliveries and stores their results in one transaction',
    needs: needsPair,
    async run(harness) {
      const { transport, backend } = await harness.connectPair();
      const queue = await openQueue(transport, 3);
      const deliveries = await takeAll(harness, transport, queue, 3);
      const metas = deliveries.map((_, index) => resultMeta(harness.id(`joint-${index}`), index));
      const begun = transport.joint!.begin(deliveries);
      const requests = metas.map((meta, index) => ({ meta, guard: deliveries[index]!.receipt }));
      const report = await backend.store(requests, begun.work);
      begun.end(report.settled);
      assert.deepEqual(report.outcomes, ['stored', 'stored', 'stored']);
      assert.deepEqual([...report.settled].sort(), deliveries.map((delivery) => delivery.receipt).sort());
      assert.deepEqual(
        deliveries.map((delivery) => delivery.held),
        [false, false, false],
      );
      for (const meta of metas) assertMeta(await loadOne(backend, meta.task_id), meta);
      await transport.close();
      const later = await harness.connectPair();
      assert.equal(await later.transport.size(queue), 0, 'nothing was returned to the queue');
      await later.transport.remove(queue);
    },
  },
  {
    name: 'stores no result for a delivery that is not held any more',
    needs: needsPair,
    async run(harness) {
      const { transport, backend } = await harness.connectPair();
      const queue = await openQueue(transport, 2);
      const deliveries = await takeAll(harness, transport, queue, 2);
      const [lost, held] = [resultMeta(harness.id('lost'), 'lost'), resultMeta(harness.id('held'), 'held')];
      const begun = transport.joint!.begin(deliveries.slice(1));
      const requests = [
        { meta: lost, guard: `${deliveries[0]!.receipt}-of-another-generation` },
        { meta: held, guard: deliveries[1]!.receipt },
      ];
      const report = await backend.store(requests, begun.work);
      begun.end(report.settled);
      assert.deepEqual(report.outcomes, ['not-held', 'stored']);
      assert.deepEqual(report.settled, [deliveries[1]!.receipt]);
      assert.deepEqual(await backend.load([lost.task_id]), [undefined]);
      assertMeta(await loadOne(backend, held.task_id), held);
      assert.equal(await deliveries[0]!.settle('ack'), true, 'the other delivery is untouched');
      await transport.remove(queue);
    },
  },
  {
    name: 'keeps a delivery unsettled when the joint store failed',
    needs: needsPair,
    async run(harness) {
      const { transport } = await harness.connectPair();
      const queue = await openQueue(transport, 1);
      const [delivery] = await takeAll(harness, transport, queue, 1);
      const begun = transport.joint!.begin([delivery!]);
      begun.end(new Error('the store was not available'));
      assert.equal(delivery!.held, true);
      assert.equal(await delivery!.settle('ack'), true);
      await transport.remove(queue);
    },
  },
];
