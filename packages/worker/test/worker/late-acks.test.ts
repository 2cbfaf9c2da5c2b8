import type { Transport, TransportPlugin } from '@celeriac/transport';
import { MemoryBroker, memoryTransport } from '@celeriac/transport-memory';
import { describe, expect, it } from 'vitest';
import { newStage, taskMessage, until } from './stage.ts';

const CONCURRENCY = 3;

/** A broker that confirms settlements only when it is told to, and counts those that wait. */
function slowBroker(): {
  readonly plugin: TransportPlugin;
  readonly waiting: () => number;
  readonly confirm: () => void;
} {
  const broker = new MemoryBroker();
  let confirmations: (() => void)[] = [];
  let isSlow = true;
  const slowed = (transport: Transport): Transport => {
    const { consume } = transport;
    transport.consume = (options) =>
      consume.call(transport, {
        ...options,
        onDeliveries: (deliveries) => {
          for (const delivery of deliveries) {
            const { settle } = delivery;
            delivery.settle = async (how) => {
              if (isSlow) await new Promise<void>((resolve) => confirmations.push(resolve));
              return settle.call(delivery, how);
            };
          }
          options.onDeliveries(deliveries);
        },
      });
    return transport;
  };
  return {
    plugin: {
      schemes: ['memory'],
      create: (url, { clock, logger }) => slowed(memoryTransport({ broker, url, clock, logger })),
    },
    waiting: () => confirmations.length,
    confirm: () => {
      isSlow = false;
      for (const confirm of confirmations.splice(0)) confirm();
      confirmations = [];
    },
  };
}

describe('A1: what a worker that dies leaves to be repeated', { timeout: 30_000 }, () => {
  it.each([
    ['late', true, CONCURRENCY],
    ['early', false, 10],
  ])('with %s acknowledgements that are on their way', async (_, acksLate, most) => {
    const broker = slowBroker();
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    const runs: number[] = [];
    stage.app.task('count', { acksLate }, (index: number) => void runs.push(index));
    await stage.start({ concurrency: CONCURRENCY });
    const sent = Array.from({ length: 10 }, (_unused, index) => index);
    for (const index of sent) await stage.publish(taskMessage('count', { body: [[index], {}, null] }));
    await until(() => broker.waiting() >= most, 'acknowledgements are on their way');
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(runs).toHaveLength(most);
    broker.confirm();
    await until(() => runs.length === sent.length, 'all have run');
    expect(runs).toEqual(sent);
  });
});
