import assert from 'node:assert/strict';
import { isCeleriacError } from '@celeriac/protocol';
import type { Transport, TransportCapabilities } from '@celeriac/transport';
import { rejectsWith } from '../../conformance/rejects-with.ts';
import { until } from '../../conformance/within.ts';
import type { TcpFaultProxy } from '../../faults/tcp-fault-proxy.ts';
import { declareQueues, publishTexts, textOf, texts, toQueue } from '../case-messages.ts';
import { Inbox } from '../inbox.ts';
import type { TransportHarness } from '../transport-harness.ts';
import type { TransportCase } from './transport-case.ts';

function needsFaults(_capabilities: TransportCapabilities, harness: TransportHarness): true | string {
  return harness.faults !== undefined || 'the options name no `faults` proxy';
}

/** The proxy, which must carry connections by now: a fault that hits nothing proves nothing. */
function hitProxy(harness: TransportHarness): TcpFaultProxy {
  assert(harness.faults && harness.faults.connections > 0, 'the clients connect through the proxy');
  return harness.faults;
}

async function publishOutcome(client: Transport, queue: string, text: string): Promise<Error | undefined> {
  try {
    const [outcome] = await client.publish([toQueue(queue, text)]);
    return outcome;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Networks fail; nothing accepted is lost and nothing unconfirmed is called accepted. */
export const networkCases: readonly TransportCase[] = [
  {
    name: 'reports connections that the network resets, and gives the messages back',
    needs: needsFaults,
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('reset');
      await declareQueues(client, queue);
      await publishTexts(client, queue, texts(3));
      const inbox = await Inbox.open(harness, client, [queue]);
      await inbox.take(3);
      hitProxy(harness).reset();
      await until(() => inbox.losses.length > 0, harness.waitMs, 'onLost is called');
      assert(isCeleriacError(inbox.losses[0], 'CLR_CONNECTION_LOST'), String(inbox.losses[0]));
      await client.close();
      const later = await harness.connect();
      await declareQueues(later, queue);
      const { redelivery } = harness.capabilities;
      const absentMs = redelivery === 'on-disconnect' ? 0 : redelivery.leaseMs + harness.sweepMs;
      const back = await (await Inbox.open(harness, later, [queue])).take(3, absentMs + harness.waitMs);
      assert.deepEqual(back.map(textOf).sort(), texts(3));
      assert.equal(inbox.losses.length, 1, 'onLost is called once');
    },
  },
  {
    name: 'refuses to connect through a network that refuses',
    needs: needsFaults,
    async run(harness) {
      const client = await harness.create();
      harness.faults?.refuse();
      await rejectsWith(() => client.connect(), 'CLR_CONNECTION_LOST');
      harness.faults?.resume();
      assert.equal(typeof (await harness.connect()).name, 'string', 'another client connects afterwards');
    },
  },
  {
    name: 'never calls a message accepted when the connection breaks before the confirmation',
    needs: needsFaults,
    async run(harness) {
      const client = await harness.connect();
      const queue = harness.name('unconfirmed');
      await declareQueues(client, queue);
      const proxy = hitProxy(harness);
      const lostBefore = proxy.swallowed;
      proxy.drop();
      const outcome = publishOutcome(client, queue, 'unconfirmed');
      await until(() => proxy.swallowed > lostBefore, harness.waitMs, 'the proxy swallows the publish');
      proxy.reset();
      const error = await outcome;
      assert(isCeleriacError(error, 'CLR_CONNECTION_LOST'), `expected a lost connection, got ${String(error)}`);
      const later = await harness.connect();
      await declareQueues(later, queue);
      assert.equal(await later.size(queue), 0, 'the swallowed message is not there');
    },
  },
];
