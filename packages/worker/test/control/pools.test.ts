import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { ANSWERS, NODE, only, REPLY, said } from '../worker/control-answers.ts';
import { gatedTask, send } from '../worker/gated-task.ts';
import { defineTasks } from '../worker/prefork-app.ts';
import { newStage, type Stage, until } from '../worker/stage.ts';

const appModule = fileURLToPath(new URL('../worker/prefork-app.ts', import.meta.url));

/** A worker with children, whose tasks are those of prefork-app. */
async function childStage(options: WorkerOptions): Promise<Stage> {
  const stage = await newStage('memory', { workerPoolRestarts: true });
  defineTasks(stage.app);
  await stage.start({ hostname: NODE, concurrency: 1, appModule, procAliveTimeoutMs: 60_000, ...options });
  return stage;
}

const slots = async (stage: Stage): Promise<unknown> => {
  const stats = await only(stage.app.control.inspect(ANSWERS).stats());
  return (stats as { readonly pool: { readonly [field: string]: unknown } }).pool['max-concurrency'];
};

describe('a task that runs is ended', { timeout: 60_000 }, () => {
  it.each([
    ['prefork', 'SIGTERM'],
    ['prefork', 'SIGKILL'],
    ['threads', 'SIGTERM'],
  ] as const)('in a pool of %s by %s, although it computes and never looks up', async (pool, signal) => {
    const stage = await childStage({ pool });
    const revoked: unknown[] = [];
    stage.app.signals.taskRevoked.connect((payload) => void revoked.push(payload));
    const before = await (await stage.app.sendTask('pool.pid')).get({ timeoutMs: 20_000 });
    const result = await stage.app.sendTask('pool.block', [120_000]);
    const inspect = stage.app.control.inspect(ANSWERS);
    await until(async () => ((await only(inspect.active())) as readonly unknown[]).length === 1, 'it runs');
    expect(await result.revoke({ terminate: true, signal, wait: true, timeoutMs: 2000 })).toEqual([
      { node: NODE, value: { ok: `terminate: ${result.id}` } },
    ]);
    await expect(result.get({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'CLR_TASK_REVOKED' });
    expect(await result.info()).toMatchObject({ exc_type: 'TaskRevokedError', exc_message: ['terminated'] });
    expect(revoked).toMatchObject([{ terminated: true, signal, expired: false }]);
    const after = await (await stage.app.sendTask('pool.pid')).get({ timeoutMs: 20_000 });
    if (pool === 'prefork') expect(after).not.toBe(before);
    expect(await only(inspect.active())).toEqual([]);
  });

  it('in a pool of async tasks by its abort signal; its slot is free again', async () => {
    const stage = await newStage('memory');
    const reasons: unknown[] = [];
    stage.app.task('wait', { bind: true }, (context) => {
      return new Promise((_resolve, reject) => {
        context.signal.addEventListener('abort', () => {
          reasons.push(context.signal.reason);
          reject(context.signal.reason);
        });
      });
    });
    stage.app.task('plain', () => 1);
    await stage.start({ hostname: NODE, concurrency: 1 });
    const result = await stage.app.sendTask('wait');
    const inspect = stage.app.control.inspect(ANSWERS);
    await until(async () => ((await only(inspect.active())) as readonly unknown[]).length === 1, 'it runs');
    expect(await said(stage.app.control.terminate(result.id, REPLY))).toEqual({ ok: `terminate: ${result.id}` });
    await expect(result.get({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'CLR_TASK_REVOKED' });
    expect(reasons).toHaveLength(1);
    expect(await (await stage.app.sendTask('plain')).get({ timeoutMs: 20_000 })).toBe(1);
  });

  it('by its stamp', async () => {
    const stage = await newStage('memory');
    const { started } = gatedTask(stage);
    await stage.start({ hostname: NODE, concurrency: 2 });
    await send(stage, ['a'], { stamped_headers: ['order'], stamps: { order: ['17', '18'] } });
    await send(stage, ['b'], { stamped_headers: ['order'], stamps: { order: '19' } });
    await until(() => started.length === 2, 'both run');
    const ended = stage.app.control.revokeByStampedHeaders({ order: ['18', '20'] }, { ...REPLY, terminate: true });
    expect(await said(ended)).toEqual({ ok: "headers {'order': ['18']} revoked" });
    await expect(stage.app.result('a').get({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'CLR_TASK_REVOKED' });
    expect(await only(stage.app.control.inspect(ANSWERS).active())).toMatchObject([{ id: 'b' }]);
  });
});

describe('slots', { timeout: 60_000 }, () => {
  it.each(['prefork', 'async'] as const)('come and go: %s', async (pool) => {
    const stage = await childStage({ pool });
    const { control } = stage.app;
    expect(await said(control.poolGrow(2, REPLY))).toEqual({ ok: 'pool will grow' });
    expect(await slots(stage)).toBe(3);
    expect(await said(control.poolShrink(1, REPLY))).toEqual({ ok: 'pool will shrink' });
    expect(await slots(stage)).toBe(2);
    expect(await said(control.poolShrink(2, REPLY))).toMatchObject({ error: expect.any(String) });
    expect(await slots(stage)).toBe(2);
  });

  it('new processes run what comes next', async () => {
    const stage = await childStage({ pool: 'prefork' });
    const pid = async (): Promise<unknown> => (await stage.app.sendTask('pool.pid')).get({ timeoutMs: 20_000 });
    const before = await pid();
    expect(await said(stage.app.control.poolRestart(REPLY))).toEqual({ ok: 'reload started' });
    await until(async () => (await pid()) !== before, 'another process runs tasks', 30_000);
  });
});

describe('limits', { timeout: 60_000 }, () => {
  it('a rate limit holds tasks of its type back, and no others, until it is taken away', async () => {
    const stage = await newStage('memory');
    let runs = 0;
    stage.app.task('limited', () => ++runs);
    stage.app.task('other', () => 'ran');
    await stage.start({ hostname: NODE, concurrency: 2 });
    const { control } = stage.app;
    expect(await said(control.rateLimit('limited', '1/h', REPLY))).toEqual({ ok: 'new rate limit set successfully' });
    const results = [await stage.app.sendTask('limited'), await stage.app.sendTask('limited')];
    expect(await results[0]!.get({ timeoutMs: 20_000 })).toBe(1);
    expect(await (await stage.app.sendTask('other')).get({ timeoutMs: 20_000 })).toBe('ran');
    expect(await only(control.inspect(ANSWERS).reserved())).toMatchObject([{ id: results[1]!.id }]);
    expect(await said(control.rateLimit('limited', 0, REPLY))).toEqual({ ok: 'rate limit disabled successfully' });
    expect(await results[1]!.get({ timeoutMs: 20_000 })).toBe(2);
  });

  it('a time limit ends the next run', async () => {
    const stage = await childStage({ pool: 'prefork' });
    const { control } = stage.app;
    expect(await said(control.timeLimit('pool.block', { hard: 0.5 }, REPLY))).toEqual({
      ok: 'time limits set successfully',
    });
    const result = await stage.app.sendTask('pool.block', [120_000]);
    await expect(result.get({ timeoutMs: 30_000 })).rejects.toMatchObject({ excType: 'TimeLimitExceeded' });
  });
});
