import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FlakyBroker } from './flaky-broker.ts';
import { gatedTask, send } from './gated-task.ts';
import { newStage, until } from './stage.ts';

/** A pool that runs one task after the other in this process, as a package of the application. */
const POOL = `
export const pool = {
  create({ host, concurrency, invoke }) {
    const abort = new AbortController();
    let free = concurrency;
    return {
      kind: 'fixture',
      concurrency,
      get free() { return free; },
      processes: [process.pid],
      async start() {},
      run(received) {
        if (received.request.task === 'refused') throw new Error('this pool is broken');
        free--;
        host.onStarted(received, process.pid);
        void invoke(received, abort.signal).then((outcome) => {
          free++;
          host.onEnded(received, outcome);
        });
      },
      async stop() {},
      async terminate() { abort.abort(new Error('The worker is shutting down.')); },
    };
  },
};
`;

async function application(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-plugin-'));
  for (const [name, code] of [
    ['@acme/pool', POOL],
    ['empty-pool', 'export const other = 1;'],
  ]) {
    const home = join(folder, 'node_modules', name!);
    await mkdir(home, { recursive: true });
    const manifest = { name, type: 'module', exports: { default: './index.js' } };
    await writeFile(join(home, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(home, 'index.js'), code!);
  }
  return folder;
}

describe('a pool of a package', () => {
  it('that cannot stop a task has its slot back when the task ends, though nobody hears of it any more', async () => {
    const broker = new FlakyBroker();
    const stage = await newStage('memory', {
      applicationFolder: await application(),
      brokerTransport: broker.plugin,
      workerCancelLongRunningTasksOnConnectionLoss: true,
    });
    const { started, open } = gatedTask(stage, { acksLate: true });
    const worker = await stage.start({ pool: '@acme/pool', concurrency: 1 });
    await send(stage, ['a']);
    await until(() => started.length === 1, 'it runs');
    await broker.cut();
    await until(() => worker.stats().reserved === 1, 'its message has come again');
    open();
    await until(() => worker.stats().succeeded === 1, 'it runs again');
    expect(started).toEqual(['a', 'a']);
  });

  it('is found by its name in the application, and runs tasks', async () => {
    const stage = await newStage('memory', { applicationFolder: await application() });
    const add = stage.app.task('add', (x: number, y: number) => x + y);
    const fails = stage.app.task('fails', (): never => {
      throw new RangeError('no');
    });
    const worker = await stage.start({ pool: '@acme/pool', concurrency: 2 });
    expect(await (await add.delay(2, 3)).get({ timeoutMs: 5000 })).toBe(5);
    await expect((await fails.delay()).get({ timeoutMs: 5000 })).rejects.toThrow('no');
    await worker.stop(1000);
    expect(worker.stats()).toMatchObject({ succeeded: 1, failed: 1 });
  });

  it('that throws fails the task, and nothing else', async () => {
    const stage = await newStage('memory', { applicationFolder: await application() });
    const refused = stage.app.task('refused', () => 'never');
    const add = stage.app.task('add', (x: number, y: number) => x + y);
    await stage.start({ pool: '@acme/pool' });
    await expect((await refused.delay()).get({ timeoutMs: 5000 })).rejects.toThrow('this pool is broken');
    expect(await (await add.delay(2, 3)).get({ timeoutMs: 5000 })).toBe(5);
  });

  it.each([
    ['prefrok', /^Worker option pool must be one of prefork, threads, async, solo, or the name of a package/],
    ['empty-pool', /must be a package that exports a "pool"/],
    ['not a name', /must be one of prefork/],
  ])('M36: refuses %s by the name of the option', async (pool, message) => {
    const stage = await newStage('memory', { applicationFolder: await application() });
    await expect(stage.start({ pool })).rejects.toMatchObject({
      code: 'CLR_WORKER_OPTION',
      option: 'pool',
      message: expect.stringMatching(message),
    });
  });

  it('Celery’s names for pools of its own select the pool async', async () => {
    for (const pool of ['gevent', 'eventlet']) {
      const stage = await newStage();
      const add = stage.app.task('add', (x: number, y: number) => x + y);
      await stage.start({ pool });
      expect(await (await add.delay(1, 1)).get({ timeoutMs: 5000 })).toBe(2);
    }
  });
});
