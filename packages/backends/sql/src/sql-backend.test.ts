import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { StoreRequest } from '@celeriac/backend';
import { jsonSerializer, type ResultMeta, type Serializer, uuid } from '@celeriac/protocol';
import { openSqlDatabase } from '@celeriac/sql';
import { FakeClock } from '@celeriac/testkit';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from './scratch-folder.fixture.ts';
import { sqlBackend } from './sql-backend.ts';
import { backend as plugin } from './sql-backend-plugin.ts';

function meta(taskId: string, status = 'SUCCESS', result: unknown = 1): ResultMeta {
  return { status, result, traceback: null, children: [], date_done: null, task_id: taskId };
}

const request = (taskId: string, status?: string, result?: unknown): StoreRequest => ({
  meta: meta(taskId, status, result),
});

describe('storing', () => {
  test('keeps every field of an outcome, and the text of a result as it is', async () => {
    using folder = scratchFolder();
    const backend = sqlBackend({ url: folder.url() });
    await backend.connect();
    const full: ResultMeta = {
      ...meta('full', 'FAILURE', { exc_type: 'ValueError', exc_message: ['no'], exc_module: 'builtins' }),
      traceback: 'Traceback …',
      children: [[['child', null], null]],
      date_done: '2026-01-01T00:00:00.000000+00:00',
      group_id: 'group',
      parent_id: 'parent',
      name: 'tasks.add',
      args: [1],
      kwargs: { key: 'value' },
      worker: 'worker@host',
      retries: 2,
      queue: 'celery',
      stamps: { stamp: ['a'] },
      stamped_headers: ['stamp'],
    };
    await backend.store([{ meta: full }, { meta: meta('text'), resultText: '{"n":12345678901234567890}' }]);
    const [loaded, text] = await backend.load(['full', 'text']);
    expect(loaded).toEqual(full);
    expect(text?.result).toMatchObject({ n: 12345678901234567890n });
    await backend.close();
  });

  test('a SUCCESS stands, whatever comes after it, in a batch or later', async () => {
    using folder = scratchFolder();
    const backend = sqlBackend({ url: folder.url() });
    await backend.connect();
    const batch = [
      request('a', 'STARTED'),
      request('a', 'SUCCESS', 'first'),
      request('a', 'FAILURE'),
      request('b', 'FAILURE'),
    ];
    expect((await backend.store(batch)).outcomes).toEqual(['stored', 'stored', 'final', 'stored']);
    expect((await backend.store([request('a', 'SUCCESS', 'second'), request('b')])).outcomes).toEqual([
      'final',
      'stored',
    ]);
    expect((await backend.load(['a', 'b'])).map((one) => one?.result)).toEqual(['first', 1]);
    await backend.close();
  });

  test('an unwritable result fails the batch before anything is kept, naming the path', async () => {
    using folder = scratchFolder();
    const backend = sqlBackend({ url: folder.url() });
    await backend.connect();
    const bad = request('bad', 'SUCCESS', { list: [1, () => {}] });
    await expect(backend.store([request('good'), bad])).rejects.toMatchObject({
      code: 'CLR_ENCODE',
      path: 'result.list[1]',
    });
    expect(await backend.load(['good'])).toEqual([undefined]);
    await backend.close();
  });

  test('another serializer keeps the whole outcome as bytes', async () => {
    using folder = scratchFolder();
    const reversing: Serializer = {
      name: 'reversed',
      contentType: 'application/x-reversed',
      contentEncoding: 'binary',
      encode: (value) => Buffer.from(jsonSerializer.encode(value)).reverse(),
      decode: (body, limits) => jsonSerializer.decode(Buffer.from(body).reverse(), limits),
    };
    const writer = sqlBackend({ url: folder.url(), context: { serializer: reversing } });
    const stranger = sqlBackend({ url: folder.url() });
    await writer.connect();
    await stranger.connect();
    await writer.store([request('x', 'SUCCESS', { deep: [1] })]);
    expect((await writer.load(['x']))[0]?.result).toEqual({ deep: [1] });
    expect((await stranger.load(['x']))[0]).toMatchObject({ status: 'FAILURE', result: { exc_type: 'DecodeError' } });
    await writer.close();
    await stranger.close();
  });

  test('M30: a row that a stranger has spoilt reads as a FAILURE saying so', async () => {
    using folder = scratchFolder();
    const backend = sqlBackend({ url: folder.url() });
    await backend.connect();
    await backend.store([request('spoilt'), request('fine')]);
    const database = openSqlDatabase(folder.url());
    await database.connect();
    await database.run([
      { sql: `update celeriac_result set result = '{"half":' where task_id = 'spoilt'`, parameters: [] },
      { sql: `update celeriac_result set children = '[["id", 7], "x", 3]' where task_id = 'fine'`, parameters: [] },
    ]);
    const [spoilt, fine] = await backend.load(['spoilt', 'fine']);
    expect(spoilt).toMatchObject({ status: 'FAILURE', result: { exc_type: 'DecodeError' } });
    expect(fine).toMatchObject({ status: 'SUCCESS', children: [[['x', null], null]] });
    await database.close();
    await backend.close();
  });

  test('M13: hostile ids are data', async () => {
    using folder = scratchFolder();
    const backend = sqlBackend({ url: folder.url() });
    await backend.connect();
    const ids = [
      `x'); drop table celeriac_result; --`,
      '../../etc/passwd',
      '%',
      '__proto__',
      'a\r\nb',
      '"',
      '\u0000nul',
    ];
    await backend.store(ids.map((id, index) => request(id, 'SUCCESS', index)));
    expect((await backend.load(ids)).map((one) => one?.result)).toEqual(ids.map((_, index) => index));
    await backend.forget(['%']);
    expect((await backend.load(ids)).filter((one) => one === undefined).length).toBe(1);
    await backend.close();
  });

  test('expired results are gone at once and dropped by the clean-up, in pieces', async () => {
    using folder = scratchFolder();
    const clock = new FakeClock();
    const backend = sqlBackend({ url: folder.url(), context: { clock, resultExpiresMs: 1000 } });
    await backend.connect();
    const old = Array.from({ length: 2300 }, (_, index) => request(`old-${index}`));
    await backend.store(old);
    await backend.groups!.save('group', [['group', null], null]);
    await backend.chords!.join({ groupId: 'chord', taskId: 'x', index: 0, status: 'SUCCESS', result: 1 });
    await clock.advance(600);
    await backend.store([request('new')]);
    await clock.advance(600);
    expect(await backend.load(['old-0', 'new'])).toEqual([undefined, expect.objectContaining({ task_id: 'new' })]);
    expect((await backend.store([request('old-0', 'FAILURE')])).outcomes).toEqual(['stored']);
    expect(await backend.cleanup()).toBe(2299);
    const database = openSqlDatabase(folder.url());
    await database.connect();
    const tables = ['celeriac_result', 'celeriac_group', 'celeriac_chord', 'celeriac_chord_part'];
    const counts = await database.run(
      tables.map((table) => ({ sql: `select count(*) as n from ${table}`, parameters: [] })),
    );
    expect(counts.map(([row]) => row?.['n'])).toEqual([2, 0, 0, 0]);
    await database.close();
    await backend.close();
  });
});

describe('watching', () => {
  test('tells of results that another process stores, thousands of them, each once', async () => {
    using folder = scratchFolder();
    const backend = sqlBackend({ url: folder.url() });
    await backend.connect();
    const child = fork(new URL('./storing-child.fixture.ts', import.meta.url), [folder.url()], {
      execArgv: ['--conditions=@celeriac/source'],
    });
    await once(child, 'message');
    const ids = Array.from({ length: 3000 }, () => uuid());
    const seen: string[] = [];
    const { promise: all, resolve } = Promise.withResolvers<void>();
    const watch = backend.watch((metas) => {
      seen.push(...metas.map((one) => one.task_id));
      if (seen.length >= ids.length) resolve();
    });
    watch.add(ids);
    child.send(ids);
    await all;
    expect(seen.length).toBe(ids.length);
    expect(new Set(seen)).toEqual(new Set(ids));
    child.disconnect();
    await backend.close();
  });

  test('tells of a result within 50 ms, and of one that this backend stores itself', async () => {
    using folder = scratchFolder();
    const [backend, other] = [sqlBackend({ url: folder.url() }), sqlBackend({ url: folder.url() })];
    await backend.connect();
    await other.connect();
    const latencies: number[] = [];
    for (const storing of [backend, other, other, other, backend]) {
      const id = uuid();
      const { promise: told, resolve } = Promise.withResolvers<void>();
      const watch = backend.watch(() => resolve());
      watch.add([id]);
      await backend.load(['a turn for the watch to begin']);
      await storing.store([request(id)]);
      const storedAt = performance.now();
      await told;
      latencies.push(performance.now() - storedAt);
      await watch.close();
    }
    latencies.sort((a, b) => a - b);
    expect(latencies[2]).toBeLessThan(50);
    await other.close();
    await backend.close();
  });
});

test('the plugin is found by the schemes of Celery and SQLAlchemy, and warns of options', () => {
  const warnings: string[] = [];
  const logger = {
    debug: () => {},
    info: () => {},
    warning: (message: string) => void warnings.push(message),
    error: () => {},
    isEnabled: () => true,
  };
  const context = { clock: new FakeClock(), logger, serializer: jsonSerializer, resultExpiresMs: 1, options: { x: 1 } };
  expect(plugin.schemes).toContain('db+sqlite');
  expect(plugin.create('db+sqlite:///results.db', context).url).toBe('db+sqlite:///results.db');
  expect(warnings.length).toBe(1);
});
