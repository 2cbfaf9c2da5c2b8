import type { SignatureJson } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import type { Celeriac } from '../app/celeriac.ts';
import { AppCaller } from '../call/app-caller.ts';
import { memoryApp, takeSent } from '../publish/memory-app.fixture.ts';
import { ErrorRegistry } from '../result/failure-error.ts';
import { engineOf } from '../runtime/runtime.ts';

const signature = (task: string): SignatureJson => ({
  task,
  args: [],
  kwargs: {},
  options: {},
  subtask_type: null,
  immutable: false,
});

/** Runs a built-in task as a message from Python would: by keyword. */
async function run(
  app: Celeriac,
  name: string,
  kwargs: { readonly [name: string]: unknown },
  args: readonly unknown[] = [],
): Promise<unknown> {
  const caller = new AppCaller(engineOf(app['~state']), new ErrorRegistry());
  return (await caller.apply(name, args, { kwargs })).get();
}

describe('built-in tasks', () => {
  test('celery.map and celery.starmap run a task for every item', async () => {
    const app = memoryApp();
    app.task('double', (x: number) => x * 2);
    app.task('add', async (x: number, y: number) => x + y);
    expect(await run(app, 'celery.map', { task: signature('double'), it: [1, 2] })).toEqual([2, 4]);
    expect(
      await run(app, 'celery.starmap', {
        task: signature('add'),
        it: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toEqual([3, 7]);
  });

  test.each([
    [{ task: signature('unknown'), it: [1] }, 'NotRegistered'],
    [{ task: signature('double'), it: 5 }, 'TypeError'],
    [{ task: 'no signature', it: [] }, ''],
  ])('celery.map with %j fails', async (kwargs, excType) => {
    const app = memoryApp();
    app.task('double', (x: number) => x * 2);
    await expect(run(app, 'celery.map', kwargs)).rejects.toMatchObject({
      code: 'CLR_TASK_FAILED',
      excType: expect.stringContaining(excType),
    });
  });

  test('celery.chunks sends one starmap for every n items', async () => {
    await using app = memoryApp();
    await run(app, 'celery.chunks', {
      task: signature('add'),
      it: [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
      n: 2,
    });
    const sent = await takeSent(app, 2);
    expect(sent.map(({ raw, body }) => [raw.headers['task'], body[1]['it']])).toEqual([
      [
        'celery.starmap',
        [
          [1, 1],
          [2, 2],
        ],
      ],
      ['celery.starmap', [[3, 3]]],
    ]);
  });

  test('celery.accumulate gives back its arguments, or one of them', async () => {
    const app = memoryApp();
    expect(await run(app, 'celery.accumulate', {}, [1, 2])).toEqual([1, 2]);
    expect(await run(app, 'celery.accumulate', { index: 1 }, [1, 2])).toBe(2);
  });

  test('celery.backend_cleanup does nothing without a result store', async () => {
    expect(await run(memoryApp({ backend: null }), 'celery.backend_cleanup', {})).toBeNull();
  });

  test('a task that the app defines by a built-in name stands', async () => {
    const app = memoryApp();
    app.task('celery.map', () => 'mine');
    expect(await run(app, 'celery.map', {})).toBe('mine');
  });
});
