import type { BackendContext, ChordPart, StoreRequest } from '@celeriac/backend';
import {
  createJsonSerializer,
  jsonSerializer,
  type Logger,
  type ResultMeta,
  silentLogger,
  systemClock,
} from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from './memory-backend.ts';
import { backend as plugin } from './memory-plugin.ts';
import { MemoryResults } from './memory-results.ts';

const meta = (taskId: string, status = 'SUCCESS', result: unknown = null): ResultMeta => ({
  status,
  result,
  traceback: null,
  children: [],
  date_done: '2026-11-21T05:35:23.845613',
  task_id: taskId,
});
const request = (taskId: string, status?: string, result?: unknown): StoreRequest => ({
  meta: meta(taskId, status, result),
});
const context: BackendContext = {
  clock: systemClock,
  logger: silentLogger,
  serializer: jsonSerializer,
  resultExpiresMs: 1000,
  options: {},
};
/** A context whose time stands until it is set. */
function movable(): { readonly context: BackendContext; set(nowMs: number): void } {
  let nowMs = 0;
  const clock = { ...systemClock, now: () => nowMs };
  const set = (ms: number): void => {
    nowMs = ms;
  };
  return { context: { ...context, clock }, set };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('memory backend results', () => {
  it('keeps what a JSON round trip gives, and shares no object with anybody', async () => {
    const backend = memoryBackend();
    const result = { list: [1, 2], when: new Date(0), gone: undefined };
    await backend.store([request('a', 'SUCCESS', result)]);
    result.list.push(3);
    const [first] = await backend.load(['a']);
    expect(first?.result).toEqual({ list: [1, 2], when: '1970-01-01T00:00:00Z' });
    (first!.result as typeof result).list.push(9);
    expect((await backend.load(['a']))[0]?.result).toEqual({ list: [1, 2], when: '1970-01-01T00:00:00Z' });
  });

  it('uses the text that the caller has already', async () => {
    const backend = memoryBackend();
    await backend.store([{ ...request('a'), resultText: '[12345678901234567890, 1.5]' }]);
    expect(await backend.load(['a'])).toEqual([meta('a', 'SUCCESS', [12345678901234567890n, 1.5])]);
  });

  it('keeps every field of an extended result apart from its owner', async () => {
    const backend = memoryBackend();
    const args: unknown[] = [1, { deep: [2] }];
    const full: ResultMeta = {
      ...meta('a', 'SUCCESS', 5),
      children: [[['child', null], null]],
      group_id: 'g',
      name: 'tasks.add',
      args,
      kwargs: { x: 1 },
      retries: 2,
      task_id: 'a',
    };
    const before = structuredClone(full);
    await backend.store([{ meta: full, resultText: '5' }]);
    args.push('changed');
    expect(await backend.load(['a'])).toEqual([before]);
  });

  it('keeps bytes where the serializer can', async () => {
    const backend = memoryBackend({ context: { serializer: createJsonSerializer({ types: 'celery-5.3' }) } });
    await backend.store([request('a', 'SUCCESS', new Uint8Array([1, 2, 255]))]);
    expect((await backend.load(['a']))[0]?.result).toEqual(new Uint8Array([1, 2, 255]));
  });

  it('keeps nothing of a batch of which one result cannot be written', async () => {
    const backend = memoryBackend();
    const batch = [request('a'), request('b', 'SUCCESS', new Set([1]))];
    await expect(backend.store(batch)).rejects.toMatchObject({ code: 'CLR_ENCODE' });
    expect(await backend.load(['a', 'b'])).toEqual([undefined, undefined]);
  });

  it('never overwrites a SUCCESS, and reports in the order given', async () => {
    const backend = memoryBackend();
    await backend.store([request('a', 'SUCCESS', 1)]);
    const report = await backend.store([request('b', 'STARTED'), request('a', 'FAILURE'), request('b', 'SUCCESS')]);
    expect(report).toEqual({ outcomes: ['stored', 'final', 'stored'], settled: [] });
    expect((await backend.load(['b', 'a'])).map((one) => one?.status)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  it('drops what has expired without a timer, a few entries at a time', async () => {
    const time = movable();
    const results = new MemoryResults();
    const backend = memoryBackend({ results, context: time.context });
    await backend.store(Array.from({ length: 500 }, (_, index) => request(`old-${index}`)));
    time.set(1000);
    expect(await backend.load(['old-7'])).toEqual([undefined]);
    for (let index = 0; index < 30; index += 1) await backend.store([request(`new-${index}`)]);
    expect(results.size).toBe(30);
  });

  it('lets a SUCCESS that has expired be written again', async () => {
    const time = movable();
    const backend = memoryBackend({ context: time.context });
    await backend.store([request('a')]);
    time.set(1000);
    expect((await backend.store([request('a', 'STARTED')])).outcomes).toEqual(['stored']);
  });

  it('forgets, and refuses joint work and ids that cannot be', async () => {
    const backend = memoryBackend();
    await backend.store([request('a'), request('__proto__')]);
    await backend.forget(['a']);
    expect((await backend.load(['a', '__proto__'])).map((one) => one?.task_id)).toEqual([undefined, '__proto__']);
    const joint = { domain: 'x', statement: { sql: '', parameters: [] } };
    await expect(backend.store([], joint)).rejects.toMatchObject({ code: 'CLR_FOREIGN_JOINT_WORK' });
    await expect(backend.store([request('')])).rejects.toMatchObject({ code: 'CLR_INVALID_RESULT_ID' });
  });
});

describe('memory backend watches', () => {
  it('report everything of one turn together, once, decoded for each watch apart', async () => {
    const backend = memoryBackend();
    const got: ResultMeta[][] = [];
    for (let index = 0; index < 2; index += 1) backend.watch((metas) => got.push([...metas])).add(['a', 'b', 'c']);
    await backend.store([request('a', 'SUCCESS', [1]), request('b', 'STARTED')]);
    void backend.store([request('b', 'FAILURE')]);
    await turn();
    await backend.store([request('a', 'SUCCESS', [2])]);
    await turn();
    expect(got.map((metas) => metas.map((one) => one.task_id))).toEqual([['a'], ['a'], ['b'], ['b']]);
    expect(got[0]?.[0]?.result).not.toBe(got[1]?.[0]?.result);
  });

  it('report what is ready already, but never inside of add', async () => {
    const backend = memoryBackend();
    await backend.store([request('a')]);
    const got: string[] = [];
    const watch = backend.watch((metas) => got.push(...metas.map((one) => one.task_id)));
    watch.add(['a']);
    expect(got).toEqual([]);
    await turn();
    expect(got).toEqual(['a']);
  });

  it('report an id once, though its state changes again', async () => {
    const results = new MemoryResults();
    const backend = memoryBackend({ results });
    const got: string[] = [];
    backend.watch((metas) => got.push(...metas.map((one) => one.status))).add(['a']);
    for (const status of ['FAILURE', 'RETRY', 'SUCCESS']) {
      await backend.store([request('a', status)]);
      await turn();
    }
    expect([got, results.watched]).toEqual([['FAILURE'], 0]);
  });

  it('leave nothing behind when removed, closed or ended with the backend', async () => {
    const results = new MemoryResults();
    const backend = memoryBackend({ results });
    const got: unknown[] = [];
    const [first, second, third] = [0, 1, 2].map(() => backend.watch((metas) => got.push(metas)));
    for (const watch of [first, second, third]) watch!.add(['a', 'b']);
    first!.remove(['a', 'b']);
    await second!.close();
    expect(results.watched).toBe(2);
    await backend.close();
    expect(results.watched).toBe(0);
    await memoryBackend({ results }).store([request('a')]);
    await turn();
    expect(got).toEqual([]);
  });

  it('are not ended by a listener that throws', async () => {
    const logged: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message) => void logged.push(message) };
    const backend = memoryBackend({ context: { logger } });
    backend
      .watch(() => {
        throw new Error('listener');
      })
      .add(['a']);
    await backend.store([request('a')]);
    await turn();
    expect(logged).toEqual(['A listener for results failed.']);
  });
});

describe('memory backend chords and groups', () => {
  const part = (index: number, result: unknown): ChordPart => ({
    groupId: 'g',
    taskId: `t${index}`,
    index,
    status: 'SUCCESS',
    result,
  });

  it('give all parts to one completion, with values of its own', async () => {
    const chords = memoryBackend().chords!;
    const value = [1];
    await chords.open('g', 2);
    expect(await chords.join(part(1, value))).toEqual({ done: 1, size: 2, parts: undefined });
    value.push(2);
    expect((await chords.join(part(0, 'zero'))).parts).toEqual([part(0, 'zero'), part(1, [1])]);
    expect((await chords.join(part(0, 'zero'))).parts).toBeUndefined();
  });

  it('forget a join that has expired', async () => {
    const time = movable();
    const chords = memoryBackend({ context: time.context }).chords!;
    await chords.open('g', 1);
    time.set(1000);
    expect(await chords.join(part(0, 1))).toEqual({ done: 1, size: undefined, parts: undefined });
  });

  it('save, load and forget groups', async () => {
    const groups = memoryBackend().groups!;
    const tuple = [['g', null], [[['a', null], null]]] as const;
    await groups.save('g', tuple);
    expect(await groups.load('g')).toEqual(tuple);
    expect(await groups.load('g')).not.toBe(tuple);
    await groups.save('g', null);
    expect(await groups.load('g')).toBeUndefined();
  });
});

describe('the memory plugin', () => {
  const name = `memory://test-${process.pid}`;

  it('shares results by name within the process, on a documented symbol', async () => {
    const writer = plugin.create(name, context);
    await writer.store([request('shared', 'SUCCESS', 1)]);
    expect((await plugin.create(`cache+${name}`, context).load(['shared']))[0]?.result).toBe(1);
    expect(await plugin.create(`${name}-other`, context).load(['shared'])).toEqual([undefined]);
    const symbol = Symbol.for('celeriac.memory-results');
    const registry = (globalThis as { [symbol]?: Map<string, unknown> })[symbol];
    expect(registry?.has(`test-${process.pid}`)).toBe(true);
  });

  it.each(['memory://user:pass@name', 'memory://name:80', 'memory://name/path', 'memory://?x=1', 'memory', ''])(
    'refuses %j, without showing a secret',
    (url) => {
      const create = (): unknown => plugin.create(url, context);
      expect(create).toThrow(expect.objectContaining({ code: 'CLR_INVALID_URL' }));
      expect(create).not.toThrow(/:pass@/);
    },
  );

  it('says that it has no options', () => {
    const logged: unknown[] = [];
    const logger: Logger = { ...silentLogger, warning: (_, fields) => void logged.push(fields?.['options']) };
    plugin.create(name, { ...context, logger, options: { retry: true } });
    expect(logged).toEqual([['retry']]);
  });
});
