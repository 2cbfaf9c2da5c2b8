import type { Logger } from '@celeriac/protocol';
import { FakeClock } from '@celeriac/testkit';
import {
  ChannelError,
  ConnectionGuard,
  ConnectionLostError,
  type ConsumeOptions,
  type Transport,
} from '@celeriac/transport';
import { MemoryBroker, memoryTransport } from '@celeriac/transport-memory';
import { describe, expect, it } from 'vitest';
import { TaskReader } from '../intake/task-reader.ts';
import { ConnectionStep } from './steps/connection-step.ts';
import { TasksStep } from './steps/tasks-step.ts';
import { WorkerConsumer } from './worker-consumer.ts';
import type { WorkerInternals } from './worker-internals.ts';

const silent: Logger = { debug() {}, info() {}, warning() {}, error() {}, isEnabled: () => false };

/** A consumer of a broker that ends the first `deaths` of its consumers at once, and notes when they began. */
function stage(deaths: number, loss: Error = new ChannelError('celery', 'the channel was closed')) {
  const clock = new FakeClock();
  const url = 'memory://consumer';
  const began: number[] = [];
  const reading: ConsumeOptions[] = [];
  const failures: Error[] = [];
  const create = (): Transport => {
    const transport = memoryTransport({ broker: new MemoryBroker(), url, clock, logger: silent });
    const { consume } = transport;
    transport.consume = async (options) => {
      began.push(clock.monotonic());
      const consumer = await consume.call(transport, options);
      if (began.length > deaths) reading.push(options);
      else queueMicrotask(() => options.onLost(loss));
      return consumer;
    };
    return transport;
  };
  const guard = new ConnectionGuard({ endpoints: [{ url, create }], clock, logger: silent });
  const tasks = new TaskReader({
    queues: { names: ['celery'], topology: { queues: [{ name: 'celery' }] } },
    prefetch: () => 1,
    onDeliveries: () => {},
    logger: silent,
  });
  const pipeline = { forgetWaiting: () => {}, returnWaiting: async () => {} };
  const fail = (error: Error): void => void failures.push(error);
  const worker = { runtime: { logger: silent, clock }, pipeline, fail } as unknown as WorkerInternals;
  const consumer = new WorkerConsumer({ worker, guard, tasks, steps: [ConnectionStep, TasksStep] });
  return { clock, began, reading, failures, consumer };
}

const never = new AbortController().signal;
const waits = (began: readonly number[]): number[] => began.slice(1).map((at, index) => at - began[index]!);

describe('a consumer that dies as soon as it reads', () => {
  it('is made anew ever more slowly, and reads in the end', async () => {
    const { clock, began, reading, failures, consumer } = stage(20);
    await consumer.start(never);
    await clock.advance(10_000);
    expect(began.length).toBeLessThan(10);
    await clock.advance(600_000);
    const doubling = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600];
    expect(waits(began)).toEqual([0, ...doubling, ...Array.from({ length: 10 }, () => 30_000)]);
    expect([reading.length, failures]).toEqual([1, []]);
    await consumer.stop('stop');
  });

  it('is made anew at once when it had read for a while', async () => {
    const { clock, began, reading, consumer } = stage(4);
    await consumer.start(never);
    await clock.advance(60_000);
    reading.at(-1)!.onLost(new ChannelError('celery', 'once more'));
    await clock.advance(0);
    expect(waits(began).slice(0, -1)).toEqual([0, 100, 200, 400]);
    expect([reading.length, began.at(-1)]).toEqual([2, 60_000]);
    await consumer.stop('stop');
  });

  it('waits no longer than a moment where the connection was cut', async () => {
    const { clock, began, reading, consumer } = stage(12, new ConnectionLostError('memory://', 'cut'));
    await consumer.start(never);
    await clock.advance(60_000);
    expect(reading).toHaveLength(1);
    expect(Math.max(...waits(began))).toBeLessThanOrEqual(2000);
    await consumer.stop('stop');
  });

  it('is not made anew after the worker has ended', async () => {
    const { clock, began, failures, consumer } = stage(20);
    await consumer.start(never);
    await clock.advance(1000);
    const before = began.length;
    await consumer.close();
    await clock.advance(60_000);
    expect([began.length, failures]).toEqual([before, []]);
    await consumer.stop('stop');
  });
});
