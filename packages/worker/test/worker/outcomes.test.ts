import { Ignore, Reject } from '@celeriac/core';
import type { SignatureJson } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { KINDS, newStage, type Stage, taskMessage, until } from './stage.ts';

type Meta = { readonly status: string; readonly result: unknown; readonly children: readonly unknown[] };

async function metaOf(stage: Stage, id: string): Promise<Meta | undefined> {
  const [meta] = (await (await stage.runtime.backend())?.load([id])) ?? [];
  return meta as Meta | undefined;
}

async function readyMeta(stage: Stage, id: string): Promise<Meta> {
  await stage.app.result(id).get({ timeoutMs: 5000, propagate: false });
  return (await metaOf(stage, id))!;
}

function signature(task: string, id: string, parts: Partial<SignatureJson> = {}): SignatureJson {
  return { task, args: [], kwargs: {}, options: { task_id: id }, subtask_type: null, immutable: false, ...parts };
}

const late = { acksLate: true };

describe.each(KINDS)('what follows a task, on %s', (kind) => {
  it('success: callbacks and the next step of the chain get the value, and are its children', async () => {
    const stage = await newStage(kind);
    const seen: unknown[] = [];
    stage.app.task('flow.add', (x: number, y: number) => x + y);
    stage.app.task('flow.note', (...args: unknown[]) => void seen.push(args));
    await stage.start();
    const embed = {
      callbacks: [
        signature('flow.note', 'callback', { args: ['a'] }),
        signature('flow.note', 'still', { immutable: true }),
      ],
      errbacks: [signature('flow.note', 'errback')],
      chain: [signature('flow.add', 'third', { args: [100] }), signature('flow.add', 'second', { args: [10] })],
      chord: null,
    };
    await stage.publish(taskMessage('flow.add', { body: [[1, 2], {}, embed], headers: { id: 'first' } }));
    expect(await stage.app.result('third').get({ timeoutMs: 5000 })).toBe(113);
    await until(() => seen.length === 2, 'both callbacks ran');
    expect(seen).toEqual(expect.arrayContaining([[3, 'a'], []]));
    const first = await readyMeta(stage, 'first');
    expect(first.children).toHaveLength(2);
    expect(JSON.stringify(first.children)).toContain('"second"');
    expect(await metaOf(stage, 'second')).toMatchObject({ status: 'SUCCESS', result: 13, parent_id: 'first' });
    expect(await metaOf(stage, 'errback')).toBeUndefined();
  });

  it('failure: the rest of the chain fails too, old style errbacks get the id, new style ones are called here', async () => {
    const stage = await newStage(kind);
    const seen: unknown[] = [];
    stage.app.task('flow.boom', () => {
      throw new RangeError('boom');
    });
    stage.app.task('flow.old', (id: string) => void seen.push(['old', id]));
    stage.app.task('flow.new', (request: { id: string }, exc: { exc_type: string }, traceback: string) => {
      seen.push(['new', request.id, exc.exc_type, traceback.includes('boom')]);
    });
    await stage.start();
    const embed = {
      callbacks: [signature('flow.old', 'callback')],
      errbacks: [signature('flow.old', 'old'), signature('flow.new', 'new')],
      chain: [signature('flow.old', 'third'), signature('flow.old', 'second')],
      chord: null,
    };
    await stage.publish(taskMessage('flow.boom', { body: [[], {}, embed], headers: { id: 'failed' } }));
    await until(() => seen.length === 2, 'both errbacks ran');
    expect(seen).toEqual(
      expect.arrayContaining([
        ['new', 'failed', 'RangeError', true],
        ['old', 'failed'],
      ]),
    );
    for (const id of ['failed', 'second', 'third']) {
      expect(await readyMeta(stage, id)).toMatchObject({
        status: 'FAILURE',
        result: { exc_type: 'RangeError', exc_message: ['boom'] },
      });
    }
    expect(await metaOf(stage, 'callback')).toBeUndefined();
  });

  it('a chord: the body gets the values in order; a member that is unknown, revoked or expired fails it', async () => {
    const stage = await newStage(kind);
    stage.app.task('flow.double', (x: number) => x * 2);
    stage.app.task('flow.sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
    const worker = await stage.start();
    const backend = await stage.runtime.backend();
    const send = async (group: string, tasks: readonly [string, object][]) => {
      await backend?.chords?.open(group, tasks.length);
      const chord = signature('flow.sum', `${group}-body`);
      for (const [index, [task, headers]] of tasks.entries()) {
        const embed = { callbacks: null, errbacks: null, chain: null, chord };
        await stage.publish(
          taskMessage(task, {
            body: [[index + 1], {}, embed],
            headers: { id: `${group}-${index}`, group, group_index: index, ...headers },
          }),
        );
      }
    };
    worker.revoke(['revoked-1']);
    await send('good', [
      ['flow.double', {}],
      ['flow.double', {}],
      ['flow.double', {}],
    ]);
    await send('unknown', [
      ['flow.double', {}],
      ['no.such', {}],
    ]);
    await send('revoked', [
      ['flow.double', {}],
      ['flow.double', {}],
    ]);
    await send('expired', [
      ['flow.double', {}],
      ['flow.double', { expires: '2020-01-01T00:00:00' }],
    ]);
    expect(await stage.app.result('good-body').get({ timeoutMs: 5000 })).toBe(12);
    for (const group of ['unknown', 'revoked', 'expired']) {
      const meta = await readyMeta(stage, `${group}-body`);
      expect(meta).toMatchObject({ status: 'FAILURE', result: { exc_type: 'ChordError' } });
    }
  });

  it('retry: the next attempt has the same id, and a RETRY state stands meanwhile', async () => {
    const stage = await newStage(kind);
    const attempts: number[] = [];
    stage.app.task('flow.again', { bind: true, maxRetries: 5, ...late }, (context, x: number): number => {
      attempts.push(context.request.retries);
      if (context.request.retries < 2) context.retry({ countdown: 0, exc: new Error(`not yet ${x}`) });
      return x;
    });
    const worker = await stage.start();
    const result = await stage.app.sendTask<number>('flow.again', [7]);
    expect(await result.get({ timeoutMs: 5000 })).toBe(7);
    await worker.whenIdle();
    expect(attempts).toEqual([0, 1, 2]);
    expect(worker.stats()).toMatchObject({ retried: 2, succeeded: 1, failed: 0 });
    expect(await (await stage.connect()).size('celery')).toBe(0);
  });

  it('ignore and reject store nothing; a rejected message that wants to comes again', async () => {
    const stage = await newStage(kind);
    let rejected = 0;
    stage.app.task('flow.ignore', late, () => {
      throw new Ignore();
    });
    stage.app.task('flow.reject', late, () => {
      throw new Reject('no');
    });
    stage.app.task('flow.requeue', late, () => {
      rejected++;
      if (rejected < 3) throw new Reject('later', { requeue: true });
      return 'done';
    });
    const worker = await stage.start();
    for (const name of ['ignore', 'reject', 'requeue']) {
      await stage.publish(taskMessage(`flow.${name}`, { headers: { id: name } }));
    }
    expect(await stage.app.result('requeue').get({ timeoutMs: 5000 })).toBe('done');
    await worker.whenIdle();
    expect([await metaOf(stage, 'ignore'), await metaOf(stage, 'reject')]).toEqual([undefined, undefined]);
    expect(await (await stage.connect()).size('celery')).toBe(0);
  });

  it('D8: a result that cannot be written is a failure naming where; the worker goes on', async () => {
    const stage = await newStage(kind);
    stage.app.task('flow.function', () => ({ list: [1, { run: () => 1 }] }) as unknown);
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    stage.app.task('flow.cycle', () => cyclic as unknown);
    stage.app.task('flow.bytes', () => new Uint8Array(3) as unknown);
    const good = stage.app.task('flow.good', () => 'good');
    await stage.start();
    for (const [name, path] of [
      ['function', 'list[1].run'],
      ['cycle', 'self'],
      ['bytes', ''],
    ]) {
      const { id } = await stage.app.sendTask(`flow.${name}`);
      const meta = await readyMeta(stage, id);
      expect(meta, name).toMatchObject({ status: 'FAILURE', result: { exc_type: 'EncodeError' } });
      expect(JSON.stringify(meta.result), name).toContain(path);
    }
    expect(await (await good.delay()).get({ timeoutMs: 2000 })).toBe('good');
  });
});

describe('what is stored', () => {
  it('STARTED with the process and the worker, while the task runs', async () => {
    const stage = await newStage();
    const gate = Promise.withResolvers<void>();
    stage.app.task('store.wait', { trackStarted: true }, () => gate.promise.then(() => 1));
    const worker = await stage.start({ hostname: 'w1@%h' });
    const { id } = await stage.app.sendTask('store.wait');
    await until(async () => (await metaOf(stage, id)) !== undefined, 'STARTED is stored');
    expect(await metaOf(stage, id)).toMatchObject({
      status: 'STARTED',
      result: { pid: process.pid, hostname: worker.hostname },
    });
    gate.resolve();
    expect(await readyMeta(stage, id)).toMatchObject({ status: 'SUCCESS', result: 1 });
  });

  it.each([
    ['the call wins over the task', true, false, false],
    ['the call asks for nothing, the task for a result', false, true, true],
    ['the task decides when the call does not', true, undefined, true],
    ['by default everything is stored', undefined, undefined, false],
  ] as const)('ignoreResult: %s', async (_why, ofTask, ofCall, isIgnored) => {
    const stage = await newStage();
    stage.app.task('store.one', ofTask === undefined ? {} : { ignoreResult: ofTask }, () => 1);
    const worker = await stage.start();
    const headers = ofCall === undefined ? {} : { ignore_result: ofCall };
    await stage.publish(taskMessage('store.one', { headers: { id: 'one', ...headers } }));
    await until(() => worker.stats().succeeded === 1, 'it ran');
    await worker.whenIdle();
    expect((await metaOf(stage, 'one')) === undefined).toBe(isIgnored);
  });

  it('errors of tasks that ignore results only with storeErrorsEvenIfIgnored', async () => {
    const stage = await newStage();
    const boom = () => {
      throw new Error('boom');
    };
    stage.app.task('store.quiet', { ignoreResult: true }, boom);
    stage.app.task('store.loud', { ignoreResult: true, storeErrorsEvenIfIgnored: true }, boom);
    const worker = await stage.start();
    for (const name of ['quiet', 'loud']) await stage.publish(taskMessage(`store.${name}`, { headers: { id: name } }));
    await until(() => worker.stats().failed === 2, 'both ran');
    await worker.whenIdle();
    expect(await metaOf(stage, 'quiet')).toBeUndefined();
    expect(await metaOf(stage, 'loud')).toMatchObject({ status: 'FAILURE' });
  });

  it('name, arguments, worker, retries and queue with resultExtended; group and parent always; children of the run', async () => {
    const stage = await newStage('memory', { resultExtended: true });
    const child = stage.app.task('store.child', () => null);
    stage.app.task('store.parent', { parameters: ['x', 'y'] }, async (x: number, y: number) => {
      await child.delay();
      return x + y;
    });
    const worker = await stage.start();
    await stage.publish(
      taskMessage('store.parent', { body: [[1], { y: 2 }, null], headers: { id: 'p', group: 'g', parent_id: 'pp' } }),
    );
    const meta = await readyMeta(stage, 'p');
    expect(meta).toMatchObject({
      status: 'SUCCESS',
      result: 3,
      group_id: 'g',
      parent_id: 'pp',
      name: 'store.parent',
      args: [1],
      kwargs: { y: 2 },
      worker: worker.hostname,
      retries: 0,
      queue: 'celery',
      date_done: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(meta.children).toHaveLength(1);
  });
});
