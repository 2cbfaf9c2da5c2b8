import { FakeClock } from '@celeriac/testkit';
import { Worker } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { FlakyBroker } from './flaky-broker.ts';
import { gatedTask, send, waiting } from './gated-task.ts';
import { KINDS, newStage, taskMessage, until } from './stage.ts';

const never = new AbortController().signal;
const ROUNDS = process.env['CELERIAC_LONG'] === '1' ? 10 : 4;

describe.each(KINDS)('the end of a worker, on %s', (kind) => {
  it('A8: warm: what runs ends, what waits is back at once', async () => {
    const stage = await newStage(kind);
    const { started, open } = gatedTask(stage);
    const worker = await stage.start({ concurrency: 2 });
    await send(stage, ['a', 'b', 'c', 'd', 'e']);
    await send(stage, ['later'], { eta: '2999-01-01T00:00:00' });
    await until(() => worker.stats().reserved === 4 && started.length === 2, 'two run and four wait');
    const stopped = worker.stop(10_000);
    await until(async () => (await waiting(stage)) === 4, 'the waiting ones are back', 1000);
    expect(worker.stats().active).toBe(2);
    open();
    await stopped;
    expect(started).toEqual(['a', 'b']);
    expect(await stage.app.result('b').get({ timeoutMs: 1000 })).toBe('done');
    expect(await waiting(stage)).toBe(4);
  });

  it('A10: cold: late-acknowledged tasks go back, the others are failures that name it', async () => {
    const stage = await newStage(kind);
    const { started } = gatedTask(stage, { acksLate: true });
    let aborted = false;
    stage.app.task('gate.early', { bind: true }, async (context) => {
      started.push('early');
      await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
      aborted = true;
    });
    const worker = await stage.start({ concurrency: 4 });
    await send(stage, ['a', 'b']);
    const early = await stage.app.sendTask('gate.early');
    await until(() => started.length === 3, 'all run');
    const before = performance.now();
    await worker.stop(0);
    expect(performance.now() - before).toBeLessThan(2000);
    expect([await waiting(stage), aborted]).toEqual([2, true]);
    const error = await early.get({ timeoutMs: 1000 }).catch((thrown: unknown) => String(thrown));
    expect(error).toContain('cold shutdown');
  });

  it(`can be stopped before it starts, stopped twice, and started again, ${ROUNDS} times over`, async () => {
    const stage = await newStage(kind);
    const add = stage.app.task('cycle.add', (x: number, y: number) => x + y);
    const worker = new Worker(stage.app, { pool: 'async', concurrency: 2 });
    await worker.stop(100);
    for (let round = 0; round < ROUNDS; round++) {
      await worker.start(never);
      await expect(worker.start(never)).rejects.toThrow(/running already/);
      expect(await (await add.delay(round, 1)).get({ timeoutMs: 2000 })).toBe(round + 1);
      await Promise.all([worker.stop(1000), worker.stop(1000)]);
      await worker.stop(1000);
      expect(await worker.ended).toBeUndefined();
    }
    expect(worker.stats()).toMatchObject({ succeeded: ROUNDS, active: 0, reserved: 0 });
  });
});

describe('acknowledgement', () => {
  it.each([
    ['early: the message is gone when its task starts', {}, 0],
    ['late: it stays until the task has ended', { acksLate: true }, 1],
  ])('%s', async (_name, options, expected) => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    const { started } = gatedTask(stage, options);
    await stage.start({ concurrency: 3 });
    await send(stage, ['a']);
    await until(() => started.length === 1, 'it runs');
    await broker.cut();
    await send(stage, ['b']);
    await until(() => started.includes('b'), 'messages are read again');
    expect(started.filter((id) => id === 'a')).toHaveLength(1 + expected);
  });
});

describe('restarts', () => {
  it('B29: ten thousand tasks over a worker that stops and starts again: none lost, none doubled', async () => {
    const stage = await newStage();
    const count = 10_000;
    const runs = new Map<number, number>();
    const mark = stage.app.task('restart.mark', { acksLate: true }, async (id: number) => {
      await new Promise((resolve) => setImmediate(resolve));
      runs.set(id, (runs.get(id) ?? 0) + 1);
    });
    const worker = await stage.start({ concurrency: 50 });
    const results = await Promise.all(Array.from({ length: count }, (_, id) => mark.delay(id)));
    let restarts = 0;
    while (runs.size < count) {
      await worker.stop(5000);
      await worker.start(never);
      restarts++;
      const target = Math.min(count, runs.size + 1500);
      await until(() => runs.size >= target, 'more ran');
    }
    await Promise.all(results.map((result) => result.get({ timeoutMs: 5000 })));
    expect(restarts).toBeGreaterThan(3);
    expect([runs.size, Math.max(...runs.values())]).toEqual([count, 1]);
    expect(await waiting(stage)).toBe(0);
  });
});

describe('time', () => {
  it('an eta is waited for, by the clock of the app; the window grows by what is held', async () => {
    const clock = new FakeClock();
    const stage = await newStage('memory', { clock });
    const { started, open } = gatedTask(stage);
    open();
    const worker = await stage.start({ concurrency: 1, prefetchMultiplier: 1 });
    const at = (ms: number) => new Date(clock.now() + ms).toISOString().replace('Z', '000');
    for (const [index, ms] of [3000, 1000, 2000].entries()) await send(stage, [`eta${index}`], { eta: at(ms) });
    await until(() => worker.stats().scheduled === 3, 'all are held, though only one may be prefetched');
    await clock.advance(1500);
    expect(started).toEqual(['eta1']);
    await clock.advance(1500);
    await until(() => started.length === 3, 'all ran');
    expect(started).toEqual(['eta1', 'eta2', 'eta0']);
  });

  it('what expires while it waits is not run', async () => {
    const clock = new FakeClock();
    const stage = await newStage('memory', { clock });
    const { started, open } = gatedTask(stage);
    const worker = await stage.start({ concurrency: 1 });
    await send(stage, ['first']);
    await until(() => started.length === 1, 'the first runs');
    await send(stage, ['second'], { expires: new Date(clock.now() + 1000).toISOString().replace('Z', '000') });
    await until(() => worker.stats().reserved === 1, 'the second waits');
    await clock.advance(1500);
    open();
    await until(() => worker.stats().revoked === 1, 'it is revoked');
    expect(started).toEqual(['first']);
  });

  it('a revoked task does not run: neither one that waits, nor one that is held, nor one to come', async () => {
    const stage = await newStage();
    const { started, open } = gatedTask(stage);
    const worker = await stage.start({ concurrency: 1 });
    await send(stage, ['runs', 'waits']);
    await send(stage, ['held'], { eta: '2999-01-01T00:00:00' });
    await until(() => worker.stats().reserved === 2 && started.length === 1, 'they are here');
    const revoked: string[] = [];
    stage.app.signals.taskRevoked.connect(({ request }) => void revoked.push(request.id));
    worker.revoke(['waits', 'held', 'comes']);
    await until(() => revoked.includes('held'), 'the held one is revoked at once');
    await send(stage, ['comes']);
    open();
    await until(() => worker.stats().revoked === 3, 'all are revoked');
    expect(started).toEqual(['runs']);
    await worker.whenIdle();
    const metas = await (await stage.runtime.backend())?.load(['waits', 'held', 'comes']);
    expect(metas?.map((meta) => meta?.status)).toEqual(['REVOKED', 'REVOKED', 'REVOKED']);
  });
});

describe('slots', () => {
  it('as many tasks run as there are slots, as many are held as the window allows', async () => {
    const stage = await newStage();
    const { started, open } = gatedTask(stage, { acksLate: true });
    const worker = await stage.start({ concurrency: 3, prefetchMultiplier: 2 });
    await send(
      stage,
      Array.from({ length: 20 }, (_, index) => String(index)),
    );
    await until(() => worker.stats().received === 6, 'the window is full');
    expect([started.length, worker.stats().active, worker.stats().reserved]).toEqual([3, 3, 3]);
    open();
    await until(() => started.length === 20, 'all ran');
  });

  it('solo runs one at a time', async () => {
    const stage = await newStage();
    let [running, most] = [0, 0];
    stage.app.task('solo.task', async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
    });
    const worker = await stage.start({ pool: 'solo' });
    for (let count = 0; count < 5; count++) await stage.app.sendTask('solo.task');
    await until(() => worker.stats().succeeded === 5, 'all ran');
    expect(most).toBe(1);
  });
});

describe('signals', () => {
  it('heartbeatSent tells of each heartbeat', async () => {
    const stage = await newStage();
    const seen: string[] = [];
    stage.app.signals.heartbeatSent.connect(({ hostname }) => void seen.push(hostname));
    await stage.start({ hostname: 'w@h', heartbeatIntervalMs: 20 });
    await until(() => seen.length >= 2, 'two heartbeats');
    expect(new Set(seen)).toEqual(new Set(['w@h']));
  });

  it('celerydInit gives a worker settings by its name, celerydAfterSetup shows what came of it', async () => {
    const stage = await newStage();
    const { signals } = stage.app;
    const seen: unknown[] = [];
    signals.importModules.connect(({ app }) => void seen.push(app));
    signals.celerydInit.connect(({ configure }) => configure({ workerConcurrency: 3 }), { sender: 'big@h' });
    signals.celerydAfterSetup.connect(
      ({ hostname, settings }) => void seen.push([hostname, settings.workerConcurrency]),
    );
    for (const hostname of ['small@h', 'big@h']) {
      const worker = new Worker(stage.app, { pool: 'async', hostname });
      await worker.start(never);
      await worker.stop(1000);
      await stage.app.close();
    }
    expect(seen).toEqual([['small@h', undefined], stage.app.name, ['big@h', 3]]);
  });

  it('tell the life of the worker and what comes', async () => {
    const stage = await newStage();
    const seen: string[] = [];
    const { signals } = stage.app;
    for (const name of ['workerInit', 'workerReady', 'workerShuttingDown', 'workerShutdown', 'taskReceived'] as const) {
      signals[name].connect(() => void seen.push(name));
    }
    signals.taskUnknown.connect(({ name }) => void seen.push(`unknown ${name}`));
    signals.taskRejected.connect(({ reason }) => void seen.push(`rejected ${reason}`));
    const worker = await stage.start({ onReady: () => void seen.push('onReady') });
    await stage.publish(taskMessage('no.such.task'));
    await stage.publish(taskMessage('x', { headers: { retries: -1 } }));
    await until(() => worker.stats().quarantined === 2, 'both are refused');
    await worker.stop(1000);
    expect(seen.filter((line) => !line.startsWith('rejected'))).toEqual([
      'workerInit',
      'workerReady',
      'onReady',
      'taskReceived',
      'unknown no.such.task',
      'workerShuttingDown',
      'workerShutdown',
    ]);
    expect(seen.find((line) => line.startsWith('rejected'))).toContain('retries');
  });
});

describe('handlers that never end', () => {
  it('of workerShutdown keep the worker for ten seconds', async () => {
    const clock = new FakeClock();
    const stage = await newStage('memory', { clock });
    stage.app.signals.workerShutdown.connect(() => new Promise(() => {}));
    const worker = await stage.start();
    let hasEnded = false;
    const stopped = worker.stop(1000).then(() => {
      hasEnded = true;
    });
    await until(() => clock.untilNextMs === 10_000, 'the handlers are waited for');
    await clock.advance(9999);
    expect(hasEnded).toBe(false);
    await clock.advance(1);
    await stopped;
    expect(await worker.ended).toBeUndefined();
    expect(stage.lines.at(-1)?.message).toMatch(/^Handlers of the signal workerShutdown take longer than 10 seconds/);
  });

  it('of workerInit do not keep a worker that is stopped while it starts', async () => {
    const stage = await newStage();
    stage.app.signals.workerInit.connect(() => new Promise(() => {}));
    const worker = new Worker(stage.app, { pool: 'async' });
    const started = worker.start(never);
    const refused = expect(started).rejects.toThrow('The worker was stopped while it started.');
    await worker.stop(1000);
    await refused;
  });

  it('of a failed task (errbacks) keep it for ten seconds', async () => {
    const clock = new FakeClock();
    const stage = await newStage('memory', { clock });
    stage.app.task('fail', () => {
      throw new Error('bad');
    });
    let isCalled = false;
    stage.app.task('hang', { parameters: ['request', 'error'] }, (_request: unknown, _error: unknown) => {
      isCalled = true;
      return new Promise(() => {});
    });
    const worker = await stage.start();
    const errback = { task: 'hang', args: [], kwargs: {}, options: {}, subtask_type: null, immutable: false };
    const body = [[], {}, { callbacks: null, errbacks: [errback], chain: null, chord: null }];
    await stage.publish(taskMessage('fail', { body }));
    await until(() => isCalled, 'the errback is called');
    const stopped = worker.stop(60_000);
    await clock.advance(10_000);
    await stopped;
    expect(stage.lines.map(({ message }) => message)).toContain(
      'Errback hang takes longer than 10 seconds: it is left alone',
    );
  });
});
