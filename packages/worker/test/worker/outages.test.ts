import { BackendUnavailableError } from '@celeriac/backend';
import { memoryBackend } from '@celeriac/backend-memory';
import { FakeClock } from '@celeriac/testkit';
import { runWorker, Worker } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { FlakyBroker } from './flaky-broker.ts';
import { gatedTask, send, waiting } from './gated-task.ts';
import { newStage, taskMessage, until } from './stage.ts';

const never = new AbortController().signal;

describe('a lost connection', () => {
  it('running tasks go on, waiting ones come again, an outcome whose message was lost is left to the other run', async () => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    const { started, open } = gatedTask(stage, { acksLate: true });
    let callbacks = 0;
    stage.app.task('gate.callback', () => ++callbacks);
    const worker = await stage.start({ concurrency: 2 });
    const callback = { task: 'gate.callback', args: [], kwargs: {}, options: {}, subtask_type: null, immutable: true };
    for (const id of ['a', 'b', 'c']) {
      const body = [[], {}, { callbacks: [callback], errbacks: null, chain: null, chord: null }];
      await stage.publish(taskMessage('gate.task', { body, headers: { id } }));
    }
    await until(() => started.length === 2 && worker.stats().reserved === 1, 'two run, one waits');
    await broker.cut();
    await until(() => worker.stats().reserved === 3, 'all three came again');
    open();
    for (const id of ['a', 'b', 'c']) expect(await stage.app.result(id).get({ timeoutMs: 3000 })).toBe('done');
    await until(() => callbacks === 3, 'the callbacks ran');
    await worker.whenIdle();
    expect(started.toSorted()).toEqual(['a', 'a', 'b', 'b', 'c']);
    expect([callbacks, worker.stats().received]).toEqual([3, 9]);
    expect(stage.lines.filter(({ message }) => message.includes('lease'))).toHaveLength(2);
    expect(await waiting(stage)).toBe(0);
  });

  it('after lost leases the queues are read again on the same connection; what is still held is not given up', async () => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    const { started, open } = gatedTask(stage, { acksLate: true });
    const worker = await stage.start({ concurrency: 1 });
    await send(stage, ['a', 'b']);
    await until(() => worker.stats().prefetched === 1, 'one runs, one waits');
    const { connections } = broker;
    await broker.endConsumers();
    await send(stage, ['c']);
    open();
    for (const id of ['a', 'b', 'c']) expect(await stage.app.result(id).get({ timeoutMs: 3000 })).toBe('done');
    expect([started, broker.connections]).toEqual([['a', 'b', 'c'], connections]);
  });

  it('is the end of a worker with brokerConnectionRetry off, and a broker that is away that of its start', async () => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', { brokerTransport: broker.plugin, brokerConnectionRetry: false });
    const worker = await stage.start();
    await broker.cut();
    expect(await worker.ended).toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    broker.isAway = true;
    await expect(stage.start()).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
  });

  it('brokerConnectionRetryOnStartup off: only the start does not wait', async () => {
    const broker = new FlakyBroker();
    broker.isAway = true;
    const stage = await newStage('memory', { brokerTransport: broker.plugin, brokerConnectionRetryOnStartup: false });
    await expect(stage.start()).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    broker.isAway = false;
    const worker = await stage.start();
    broker.isAway = true;
    await broker.cut();
    const { connections } = broker;
    broker.isAway = false;
    await until(() => broker.connections > connections, 'it is connected again');
    await worker.stop(1000);
  });

  it('a broker that stays away ends the worker with the error', async () => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', { brokerTransport: broker.plugin, brokerConnectionMaxRetries: 1 });
    const worker = await stage.start();
    broker.isAway = true;
    await broker.cut();
    const failure = await worker.ended;
    expect(failure).toMatchObject({ code: 'CLR_CONNECTION_LOST' });
  });

  it('a start with the broker away fails after the retries, and can be tried again', async () => {
    const broker = new FlakyBroker();
    broker.isAway = true;
    const stage = await newStage('memory', { brokerTransport: broker.plugin, brokerConnectionMaxRetries: 1 });
    const worker = new Worker(stage.app, { pool: 'async', withoutHeartbeat: true });
    await expect(worker.start(never)).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    broker.isAway = false;
    await worker.start(never);
    await worker.stop(100);
    expect(broker.connections).toBe(1);
  });
});

describe('runWorker with the broker away', () => {
  it('E5: logs why in one line with a hint, returns 1, and leaves no signal handler behind', async () => {
    const broker = new FlakyBroker();
    broker.isAway = true;
    const stage = await newStage('memory', { brokerTransport: broker.plugin, brokerConnectionMaxRetries: 1 });
    const handlers = () =>
      ['SIGTERM', 'SIGINT', 'SIGQUIT', 'uncaughtException'].map((name) => process.listenerCount(name));
    const before = handlers();
    expect(await runWorker(stage.app, { pool: 'async' })).toBe(1);
    expect(handlers()).toEqual(before);
    expect(stage.lines.at(-1)?.message).toMatch(/^The worker did not start: Connection to memory/);
  });
});

describe('a store that is away', () => {
  it('D1: tasks go on running, results follow when it is back', async () => {
    const store = memoryBackend();
    let isAway = false;
    const original = store.store.bind(store);
    store.store = (requests, joint) =>
      isAway ? Promise.reject(new BackendUnavailableError('memory://', 'away')) : original(requests, joint);
    const stage = await newStage('memory', {
      resultBackendPackage: { schemes: ['memory'], create: () => store },
    });
    let runs = 0;
    stage.app.task('away.task', () => ++runs);
    const worker = await stage.start();
    isAway = true;
    const results = await Promise.all(Array.from({ length: 200 }, () => stage.app.sendTask<number>('away.task')));
    await until(() => runs === 200, 'all ran meanwhile');
    isAway = false;
    const values = await Promise.all(results.map((result) => result.get({ timeoutMs: 15_000 })));
    expect(new Set(values).size).toBe(200);
    await worker.whenIdle();
    expect(stage.lines.filter(({ message }) => message.includes('trying again'))).toHaveLength(1);
  });
});

describe('a store that stays away', () => {
  it('D1: is given up after a minute with the id in the log; a late-acknowledged task runs again', async () => {
    const clock = new FakeClock();
    const store = memoryBackend({ context: { clock } });
    let isAway = true;
    const original = store.store.bind(store);
    store.store = (requests, joint) =>
      isAway ? Promise.reject(new BackendUnavailableError('memory://', 'away')) : original(requests, joint);
    const stage = await newStage('memory', {
      clock,
      resultBackendPackage: { schemes: ['memory'], create: () => store },
    });
    const runs: string[] = [];
    for (const acksLate of [true, false]) {
      stage.app.task(`away.${acksLate}`, { bind: true, acksLate }, (context) => void runs.push(context.request.id));
    }
    const worker = await stage.start();
    await stage.publish(taskMessage('away.true', { headers: { id: 'late' } }));
    await stage.publish(taskMessage('away.false', { headers: { id: 'early' } }));
    await until(() => runs.length === 2, 'both ran');
    // Two writes are given up one after the other; the third one, of the second run, is still being tried.
    await clock.advance(145_000);
    isAway = false;
    await clock.advance(20_000);
    await worker.whenIdle();
    expect(runs.toSorted()).toEqual(['early', 'late', 'late']);
    const [late] = await store.load(['late']);
    expect(late?.status).toBe('SUCCESS');
    expect(stage.lines.some(({ level, message }) => level === 'error' && message.includes('early'))).toBe(true);
  });
});
