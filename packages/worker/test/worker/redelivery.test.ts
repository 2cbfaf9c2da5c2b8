import { describe, expect, it } from 'vitest';
import { FlakyBroker } from './flaky-broker.ts';
import { gatedTask, send, waiting } from './gated-task.ts';
import { newStage, taskMessage, until } from './stage.ts';

/** A message that comes a second time, as after a lost acknowledgement. */
async function redeliver(stage: Awaited<ReturnType<typeof newStage>>, task: string, id: string, body: unknown) {
  await stage.publish(taskMessage(task, { body, headers: { id } }), 'parking');
  const transport = await stage.connect();
  const taken = Promise.withResolvers<void>();
  const consumer = await transport.consume({
    queues: ['parking'],
    prefetch: 1,
    onDeliveries: ([delivery]) => void delivery!.settle('requeue').then(() => taken.resolve()),
    onLost: () => {},
  });
  await taken.promise;
  await consumer.stop();
}

describe('a message that comes again', { timeout: 30_000 }, () => {
  it('D11: with workerDeduplicateSuccessfulTasks it is not run again, and its chord hears of it', async () => {
    const stage = await newStage('memory', {
      workerDeduplicateSuccessfulTasks: true,
      taskAcksLate: true,
      taskQueues: [{ name: 'celery' }, { name: 'parking' }],
    });
    let runs = 0;
    stage.app.task('once', () => ++runs);
    const bodies: unknown[] = [];
    stage.app.task('body', (values: unknown) => void bodies.push(values));
    await stage.runtime.results.store({
      meta: { status: 'SUCCESS', result: 42, traceback: null, children: [], date_done: null, task_id: 'done-before' },
    });
    await redeliver(stage, 'once', 'done-before', [[], {}, null]);
    await redeliver(stage, 'once', 'never-done', [[], {}, null]);
    const worker = await stage.start({ queues: ['parking', 'celery'] });
    expect(await stage.app.result('never-done').get({ timeoutMs: 5000 })).toBe(1);
    await worker.whenIdle();
    expect(runs).toBe(1);
    expect(worker.stats()).toMatchObject({ received: 2, succeeded: 1 });
    expect(await (await stage.connect()).size('parking')).toBe(0);
  });

  it('without it, it runs again', async () => {
    const stage = await newStage('memory', {
      taskAcksLate: true,
      taskQueues: [{ name: 'celery' }, { name: 'parking' }],
    });
    let runs = 0;
    stage.app.task('twice', () => ++runs);
    await redeliver(stage, 'twice', 'id', [[], {}, null]);
    const worker = await stage.start({ queues: ['parking'] });
    await until(() => worker.stats().succeeded === 1, 'it ran');
    expect(runs).toBe(1);
  });
});

describe('tasks that run while the connection is lost', { timeout: 30_000 }, () => {
  it('B81: make the worker take fewer messages until they have ended', async () => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    const { started, open } = gatedTask(stage, { acksLate: true });
    const other = stage.app.task('other', () => 'other');
    const worker = await stage.start({ concurrency: 2, prefetchMultiplier: 1 });
    await send(stage, ['a', 'b']);
    await until(() => started.length === 2, 'two run');
    await broker.cut();
    await until(() => stage.lines.some(({ message }) => message === 'Reading the queues again'), 'it reads');
    for (let sent = 0; sent < 5; sent++) await other.delay();
    await until(() => worker.stats().reserved === 1, 'one came');
    open();
    await until(() => worker.stats().succeeded === 9, 'all ran, two of them twice');
    expect(started.toSorted()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('B82 K49: are stopped with workerCancelLongRunningTasksOnConnectionLoss, and run again', async () => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', {
      brokerTransport: broker.plugin,
      workerCancelLongRunningTasksOnConnectionLoss: true,
    });
    const runs: AbortSignal[] = [];
    const late = stage.app.task('late', { bind: true, acksLate: true }, async (context) => {
      runs.push(context.signal);
      if (runs.length === 1) await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      return runs.length;
    });
    const early = stage.app.task('early', { bind: true }, (context) => {
      return new Promise((resolve) => setTimeout(() => resolve(context.signal.aborted), 1500));
    });
    const worker = await stage.start({ concurrency: 2 });
    const [one, two] = [await late.delay(), await early.delay()];
    await until(() => worker.stats().active === 2, 'both run');
    await broker.cut();
    expect(await one.get({ timeoutMs: 5000 })).toBe(2);
    expect(runs.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(await two.get({ timeoutMs: 5000 })).toBe(false);
    await worker.whenIdle();
    expect(await waiting(stage)).toBe(0);
  });
});

describe('a worker that takes nothing ahead', { timeout: 30_000 }, () => {
  it.each([true, false])(
    'B80: workerDisablePrefetch holds no message without a slot (late acknowledgement: %s)',
    async (acksLate) => {
      const stage = await newStage('memory', { workerDisablePrefetch: true });
      const { started, open } = gatedTask(stage, { acksLate });
      const worker = await stage.start({ concurrency: 2 });
      await send(stage, ['a', 'b', 'c', 'd', 'e']);
      await until(() => started.length === 2, 'two run');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect([worker.stats().reserved, await waiting(stage)]).toEqual([0, 3]);
      open();
      await until(() => worker.stats().succeeded === 5, 'all ran');
    },
  );
});

describe('workerEtaTaskLimit', { timeout: 30_000 }, () => {
  it('B79: a worker holds no more tasks for later than it has room for', async () => {
    const stage = await newStage('memory', { workerEtaTaskLimit: 10 });
    stage.app.task('later', () => 'later');
    const eta = new Date(Date.now() + 3_600_000).toISOString();
    const worker = await stage.start({ concurrency: 1, prefetchMultiplier: 2 });
    for (let sent = 0; sent < 40; sent++) await stage.publish(taskMessage('later', { headers: { eta } }));
    await until(() => worker.stats().scheduled === 12, 'as many as there is room for');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([worker.stats().scheduled, await waiting(stage)]).toEqual([12, 28]);
  });
});
