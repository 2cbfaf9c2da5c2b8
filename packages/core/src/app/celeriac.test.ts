import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { TaskError } from '../result/result-errors.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { Celeriac } from './celeriac.ts';

function app(options = {}): Celeriac {
  return new Celeriac('test', {
    broker: 'memory://',
    backend: 'memory://',
    configFile: false,
    environment: {},
    ...options,
  });
}

describe('a task run in the calling process', () => {
  test('gets its arguments and gives its result as the wire carries them', async () => {
    const inspect = app().task('inspect', (date: Date, list: readonly number[]) => ({
      date,
      list,
      missing: undefined,
    }));
    const result = await inspect.apply([new Date(0), [1, 2]]);
    expect(await result.get()).toEqual({ date: '1970-01-01T00:00:00Z', list: [1, 2] });
    expect(await result.state()).toBe('SUCCESS');
  });

  test('takes keyword arguments by its declared names', async () => {
    const subtract = app().task('subtract', { parameters: ['x', 'y'] }, (x: number, y: number) => x - y);
    expect(await (await subtract.apply([5], { kwargs: { y: 3 } })).get()).toBe(2);
  });

  test('fails with an error that describes what was thrown', async () => {
    const fail = app().task('fail', () => {
      throw new RangeError('too far');
    });
    const result = await fail.apply([]);
    expect(await result.failed()).toBe(true);
    await expect(result.get()).rejects.toMatchObject({
      code: 'CLR_TASK_FAILED',
      excType: 'RangeError',
      excMessage: ['too far'],
    });
    await expect(fail.apply([], { throw: true })).rejects.toBeInstanceOf(TaskError);
  });

  test('retries at once and sees how often', async () => {
    const flaky = app().task('flaky', { bind: true, maxRetries: 3 }, (context) => {
      if (context.request.retries < 2) context.retry({ countdown: 60 });
      return context.request.retries;
    });
    expect(await (await flaky.apply([])).get()).toBe(2);
  });

  test('is checked by its schema', async () => {
    const schema = z.tuple([z.number(), z.string().transform((text) => text.length)]);
    const scale = app().task('scale', { schema }, (factor, length) => factor * length);
    expect(await (await scale.apply([2, 'abc'])).get()).toBe(6);
    await expect((await scale.apply(['2' as never, 'abc'])).get()).rejects.toMatchObject({ excType: 'TypeError' });
  });

  test('runs instead of being sent with taskAlwaysEager, and so does what follows it', async () => {
    const eager = app({ taskAlwaysEager: true });
    const seen: unknown[] = [];
    const note = eager.task('note', (value: number) => void seen.push(value));
    const double = eager.task('double', (x: number) => x * 2);
    const result = await double.applyAsync([21], { link: note.s() });
    expect(await result.get()).toBe(42);
    expect(seen).toEqual([42]);
  });
});

describe('defining tasks', () => {
  test('refuses a second task of the same name and says where both are', () => {
    const twice = app();
    twice.task('same', () => 1);
    expect(() => twice.task('same', () => 2)).toThrow(
      expect.objectContaining({
        code: 'CLR_DUPLICATE_TASK',
        places: [
          expect.stringMatching(/celeriac\.test\.ts:\d+:\d+/),
          expect.stringMatching(/celeriac\.test\.ts:\d+:\d+/),
        ],
      }),
    );
  });

  test.each([[''], ['a\nb'], [' x'], ['x'.repeat(300)], [42], [['x']], [null]])('M14: refuses the name %j', (name) => {
    expect(() => app().task(name as string, () => 1)).toThrow(
      expect.objectContaining({ code: 'CLR_INVALID_TASK_NAME' }),
    );
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'M14: %s is no task until one is defined',
    (name) => {
      const one = app();
      expect(one.tasks.get(name)).toBeUndefined();
      one.task(name, () => 1);
      expect(one.tasks.get(name)?.name).toBe(name);
    },
  );

  test('refuses unknown options with a suggestion', () => {
    expect(() => app().task('x', { acksLaet: true } as never, () => 1)).toThrow(
      expect.objectContaining({ code: 'CLR_CONFIGURATION', hint: 'Did you mean acksLate?' }),
    );
  });

  test('options come from annotations, the definition, then the settings', () => {
    const one = app({
      taskAcksLate: true,
      taskTrackStarted: true,
      taskAnnotations: { '*': { priority: 3 }, late: { rateLimit: '10/s' } },
    });
    one.task('late', { trackStarted: false, rateLimit: '1/s' }, () => 1);
    expect(one.tasks.get('late')?.options).toMatchObject({
      acksLate: true,
      trackStarted: false,
      priority: 3,
      rateLimit: '10/s',
      maxRetries: 3,
    });
  });

  test('built-in tasks are there, but not among the names', () => {
    const one = app();
    one.task('mine', () => 1);
    const { tasks } = runtimeOf(one);
    expect(tasks.names()).toEqual(['mine']);
    expect(tasks.get('celery.chord_unlock')?.options.maxRetries).toBeNull();
  });
});

describe('sending and results on memory', () => {
  test('a sent task waits in its queue until it is purged', async () => {
    await using one = app({ broker: 'memory://purged' });
    const add = one.task('add', (x: number, y: number) => x + y);
    const result = await add.delay(2, 3);
    expect(await result.state()).toBe('PENDING');
    expect(await one.purge()).toBe(1);
  });

  test('get waits for a result that is stored later', async () => {
    await using one = app({ backend: 'memory://later' });
    const result = one.result<number>('some-id');
    const waiting = result.get({ timeoutMs: 5000 });
    await runtimeOf(one).results.store({
      meta: { status: 'SUCCESS', result: 7, traceback: null, children: [], date_done: null, task_id: 'some-id' },
    });
    expect(await waiting).toBe(7);
    expect(await result.successful()).toBe(true);
  });

  test('get gives up after its timeout, and when it is aborted', async () => {
    await using one = app({ backend: 'memory://never' });
    await expect(one.result('nobody').get({ timeoutMs: 10 })).rejects.toMatchObject({
      code: 'CLR_RESULT_TIMEOUT',
      taskId: 'nobody',
    });
    const controller = new AbortController();
    const waiting = one.result('nobody').get({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('a call that ignores its result gives null at once', async () => {
    await using one = app({ broker: 'memory://ignored' });
    const add = one.task('add', { ignoreResult: true }, (x: number) => x);
    expect(await (await add.delay(1)).get()).toBeNull();
  });

  test('without a result store results are refused with a hint', async () => {
    await using one = app({ backend: null });
    await expect(one.result('x').get()).rejects.toMatchObject({ code: 'CLR_RESULTS_DISABLED' });
    await expect(one.result('x').state()).rejects.toMatchObject({ code: 'CLR_RESULTS_DISABLED' });
  });

  test('an app can be used again after it was closed', async () => {
    const one = app({ broker: 'memory://again' });
    const add = one.task('add', (x: number) => x);
    await add.delay(1);
    await one.close();
    await add.delay(2);
    expect(await one.purge()).toBeGreaterThan(0);
    await one.close();
  });

  test('any message goes to any queue', async () => {
    await using one = app({ broker: 'memory://raw' });
    await one.publish({ hello: 'world' }, { routingKey: 'celery' });
    expect(await one.purge()).toBe(1);
  });

  test('settings cannot change once the app is connected', async () => {
    await using one = app({ broker: 'memory://late' });
    one.configure({ taskDefaultQueue: 'other' });
    expect(one.settings.taskDefaultQueue).toBe('other');
    one.configure({ taskDefaultQueue: 'third' });
    await one.sendTask('x');
    expect(() => one.configure({ taskDefaultQueue: 'fourth' })).toThrow(
      expect.objectContaining({ code: 'CLR_CONFIGURATION' }),
    );
  });
});
