import type { AppRuntime, EventDispatcher, RegisteredTask } from '@celeriac/core/internal';
import { readTaskRequest, silentLogger } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import { describe, expect, it } from 'vitest';
import { ReceivedTask } from '../request/received-task.ts';
import { StartReporter } from './start-reporter.ts';

const context = { hostname: 'w@h', resultExtended: false, nowMs: 0, nowText: '' };
const events = { sends: () => false } as unknown as EventDispatcher;

/** Reports the start of a task whose state the store keeps only when `store` is called. */
function start(options: Partial<RegisteredTask['options']>): {
  readonly received: ReceivedTask;
  readonly settled: string[];
  readonly store: PromiseWithResolvers<unknown>;
} {
  const message = {
    body: new Uint8Array(),
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    headers: { task: 'one', id: 'id-1' },
    properties: {},
  };
  const settled: string[] = [];
  const settle = async (how: string): Promise<boolean> => settled.push(how) > 0;
  const delivery = { message, queue: 'q', held: true, settle } as unknown as Delivery;
  const task = { name: 'one', options: { acksLate: false, trackStarted: true, ...options } } as RegisteredTask;
  const request = readTaskRequest(message, () => undefined);
  const received = new ReceivedTask(delivery, message, request, task);
  const store = Promise.withResolvers<unknown>();
  const runtime = { results: { store: () => store.promise }, logger: silentLogger } as unknown as AppRuntime;
  new StartReporter(runtime, context, events).report(received, 1);
  return { received, settled, store };
}

describe('the start of a task with early acknowledgement', () => {
  it('is stored before the message is acknowledged', async () => {
    const { received, settled, store } = start({});
    expect(received.acknowledged).toBe(true);
    await new Promise(setImmediate);
    expect(settled).toEqual([]);
    store.resolve('stored');
    await received.startedStored;
    expect(settled).toEqual(['ack']);
  });

  it('is acknowledged too when it could not be stored', async () => {
    const { received, settled, store } = start({});
    store.reject(new Error('away'));
    await received.startedStored;
    expect(settled).toEqual(['ack']);
  });

  it('is acknowledged at once where no start is stored', () => {
    expect(start({ trackStarted: false }).settled).toEqual(['ack']);
    expect(start({ ignoreResult: true }).settled).toEqual(['ack']);
  });
});

it('late acknowledgement has nothing to do with the start', async () => {
  const { received, settled, store } = start({ acksLate: true });
  store.resolve('stored');
  await received.startedStored;
  expect([received.acknowledged, settled]).toEqual([false, []]);
});
