import { describe, expect, test } from 'vitest';
import type { Celeriac } from '../app/celeriac.ts';
import { memoryApp } from '../publish/memory-app.fixture.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { Ignore, Reject, Retry } from '../task/semipredicates.ts';
import type { InvokeEnvironment } from './invocation.ts';
import { invokeTask } from './invoke-task.ts';
import type { Outcome, RetryOutcome } from './outcome.ts';

function environment(app: Celeriac): InvokeEnvironment {
  return { runtime: runtimeOf(app), hostname: 'w@h', isEager: false, abortSignal: () => new AbortController().signal };
}

const NO_EMBED = { callbacks: null, errbacks: null, chain: null, chord: null };

function invoke(app: Celeriac, name: string, args: readonly unknown[] = [], more: object = {}): Promise<Outcome> {
  const task = runtimeOf(app).tasks.get(name)!;
  const request = {
    task: name,
    id: 'id',
    shadow: null,
    etaMs: null,
    expiresMs: null,
    group: null,
    groupIndex: null,
    retries: 0,
    timeLimitSeconds: null,
    softTimeLimitSeconds: null,
    rootId: 'root',
    parentId: null,
    argsrepr: '()',
    kwargsrepr: '{}',
    origin: null,
    ignoreResult: null,
    replyTo: null,
    correlationId: null,
    priority: 0,
    headers: {},
    protocol: 2 as const,
    replacedTaskNesting: 0,
    stampedHeaders: null,
    stamps: {},
    utc: true,
    ...more,
  };
  const delivery = { exchange: '', routingKey: 'q', queue: 'q', priority: 0, redelivered: false };
  return invokeTask({ task, request, body: { args, kwargs: {}, embed: NO_EMBED }, delivery }, environment(app));
}

describe('the outcome of a run', () => {
  test('is the value as JSON', async () => {
    const app = memoryApp();
    app.task('t', async (x: number) => ({ x }));
    expect(await invoke(app, 't', [1])).toMatchObject({ kind: 'success', resultText: '{"x":1}' });
  });

  test.each([
    ['an ignored state', new Ignore(), { kind: 'ignore' }],
    ['a refused message', new Reject('no', { requeue: true }), { kind: 'reject', requeue: true, reason: 'no' }],
    ['another attempt', new Retry(), { kind: 'retry', exception: null, call: { id: 'id', retries: 1 } }],
    [
      'a failure',
      new RangeError('far'),
      { kind: 'failure', cause: 'error', expected: false, exception: { exc_type: 'RangeError', exc_message: ['far'] } },
    ],
    ['a failure that is no error', 'text' as never, { kind: 'failure', exception: { exc_message: ['text'] } }],
  ])('is %s when the task throws that', async (_name, thrown, outcome) => {
    const app = memoryApp();
    app.task('t', () => {
      throw thrown;
    });
    expect(await invoke(app, 't')).toMatchObject(outcome);
  });

  test.each([
    ['a function', () => ({ deep: [() => 1] }), 'deep'],
    [
      'a cycle',
      () => {
        const one: Record<string, unknown> = {};
        one['self'] = one;
        return one;
      },
      'self',
    ],
    ['a set', () => new Set([1]), ''],
  ])('D8: is a failure that names the path when the result is %s', async (_name, run, path) => {
    const app = memoryApp();
    app.task('t', run as () => never);
    const outcome = await invoke(app, 't');
    expect(outcome).toMatchObject({ kind: 'failure', cause: 'error' });
    expect(JSON.stringify(outcome)).toContain(path);
  });

  test('D8: an integer beyond 2^53 is kept exactly', async () => {
    const app = memoryApp();
    app.task('t', () => 2n ** 60n);
    expect(await invoke(app, 't')).toMatchObject({ kind: 'success', resultText: '1152921504606846976' });
  });

  test('of declared errors is expected', async () => {
    const app = memoryApp();
    app.task('t', { throws: [RangeError, 'KeyError'] }, () => {
      throw new RangeError('known');
    });
    expect(await invoke(app, 't')).toMatchObject({ kind: 'failure', expected: true });
  });

  test('lists the tasks that it sent', async () => {
    await using app = memoryApp();
    app.task('t', async () => {
      const { id } = await app.sendTask('child');
      return id;
    });
    const outcome = await invoke(app, 't');
    expect(outcome).toMatchObject({
      kind: 'success',
      children: [[[JSON.parse((outcome as { resultText: string }).resultText), null], null]],
    });
  });
});

describe('retries', () => {
  test('by themselves for the errors named, until none is left', async () => {
    const app = memoryApp();
    app.task('t', { autoretryFor: [RangeError], maxRetries: 1, retryBackoff: 2, retryJitter: false }, () => {
      throw new RangeError('again');
    });
    expect(await invoke(app, 't')).toMatchObject({
      kind: 'retry',
      exception: { exc_type: 'RangeError' },
      call: { retries: 1 },
    });
    expect(await invoke(app, 't', [], { retries: 1 })).toMatchObject({
      kind: 'failure',
      exception: { exc_type: 'RangeError' },
    });
  });

  test('that are not to be', async () => {
    const app = memoryApp();
    app.task('t', { autoretryFor: [Error], dontAutoretryFor: ['RangeError'] }, () => {
      throw new RangeError('never');
    });
    expect(await invoke(app, 't')).toMatchObject({ kind: 'failure' });
  });

  test('asked for by the task keep its place in the workflow', async () => {
    const app = memoryApp();
    app.task('t', { bind: true }, (context, x: number) =>
      context.retry({ countdown: 5, args: [x + 1], queue: 'slow' }),
    );
    const outcome = await invoke(app, 't', [1], { group: 'g', groupIndex: 3, parentId: 'p' });
    expect(outcome).toMatchObject({
      kind: 'retry',
      destination: { queue: 'slow' },
      call: { args: [2], group: 'g', groupIndex: 3, parentId: 'p', rootId: 'root' },
    });
  });

  test('keep what the caller gave the message', async () => {
    const app = memoryApp();
    app.task('t', { bind: true }, (context, _secret: string) => context.retry({ kwargs: {} }));
    const message = {
      headers: { task: 't', id: 'id', retries: 0, 'x-death': [{}], 'x-delivery-count': 2, tenant: 'a' },
      argsrepr: '(***)',
      replacedTaskNesting: 2,
      deliveryMode: 1,
    };
    const outcome = await invoke(app, 't', ['secret'], message);
    expect(outcome).toMatchObject({
      call: { headers: { tenant: 'a' }, argsrepr: '(***)', replacedTaskNesting: 2, deliveryMode: 1 },
    });
    expect(Object.keys((outcome as RetryOutcome).call.headers ?? {})).toEqual(['tenant']);
  });

  test('with other arguments show these, unless the caller chose what is shown', async () => {
    const app = memoryApp();
    app.task('t', { bind: true }, (context, x: number) => context.retry({ args: [x + 1] }));
    const shown = async (argsrepr: string) =>
      ((await invoke(app, 't', [1], { argsrepr })) as RetryOutcome).call.argsrepr;
    expect(await shown('(1,)')).toBeUndefined();
    expect(await shown('(hidden)')).toBe('(hidden)');
  });

  test('to a queue that cannot be are failures', async () => {
    const app = memoryApp({ taskQueues: ['celery'], taskCreateMissingQueues: false });
    app.task('t', { bind: true }, (context) => context.retry({ queue: 'typo' }));
    expect(await invoke(app, 't')).toMatchObject({ kind: 'failure', exception: { exc_type: 'ConfigurationError' } });
  });

  test('beyond the last one fail with the error given, or with MaxRetriesExceededError', async () => {
    const app = memoryApp();
    app.task('named', { bind: true, maxRetries: 0 }, (context) => context.retry({ exc: new RangeError('mine') }));
    app.task('bare', { bind: true, maxRetries: 0 }, (context) => context.retry());
    expect(await invoke(app, 'named')).toMatchObject({ kind: 'failure', exception: { exc_type: 'RangeError' } });
    expect(await invoke(app, 'bare')).toMatchObject({
      kind: 'failure',
      exception: { exc_type: 'MaxRetriesExceededError' },
    });
  });
});

describe('around a run', () => {
  test('handlers and signals are called in order, and what they throw changes nothing', async () => {
    const app = memoryApp({ logger: undefined, logLevel: 'error' });
    const seen: string[] = [];
    app.signals.taskPrerun.connect(() => seen.push('prerun'));
    app.signals.taskSuccess.connect(() => seen.push('success signal'));
    app.signals.taskPostrun.connect(({ state }) => seen.push(`postrun ${state}`));
    app.task(
      't',
      {
        beforeStart: () => seen.push('beforeStart'),
        onSuccess: (_context, result) => seen.push(`onSuccess ${String(result)}`),
        afterReturn: (_context, state) => seen.push(`afterReturn ${state}`),
      },
      () => {
        seen.push('run');
        return 1;
      },
    );
    await invoke(app, 't');
    expect(seen).toEqual([
      'prerun',
      'beforeStart',
      'run',
      'success signal',
      'onSuccess 1',
      'afterReturn SUCCESS',
      'postrun SUCCESS',
    ]);
  });

  test('a bound task tells its state', async () => {
    await using app = memoryApp();
    app.task('t', { bind: true }, async (context) => {
      await context.updateState('PROGRESS', { done: 1 });
      return [await app.result('id').state(), await app.result('id').info()];
    });
    expect(await invoke(app, 't')).toMatchObject({ resultText: '["PROGRESS",{"done":1}]' });
  });
});
