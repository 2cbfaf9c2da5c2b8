import { jsonSerializer, type Serializer } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { meta, stage } from './key-value-stage.fixture.ts';
import { settled } from './manual-clock.fixture.ts';
import { MapStore } from './map-store.fixture.ts';

describe('keyValueBackend results', () => {
  it("writes Celery's text in Celery's key order under Celery's key", async () => {
    const { store, backend } = stage({ expiresMs: 86_400_000 });
    await backend.store([{ meta: { ...meta('1', 'SUCCESS', 5), group_id: 'g' } }]);
    expect(JSON.parse(store.text('celery-task-meta-1')!)).toEqual({ ...meta('1', 'SUCCESS', 5), group_id: 'g' });
    expect(Object.keys(JSON.parse(store.text('celery-task-meta-1')!))).toEqual([
      'status',
      'result',
      'traceback',
      'children',
      'date_done',
      'group_id',
      'task_id',
    ]);
    expect(store.entries.get('celery-task-meta-1')?.ttlMs).toBe(86_400_000);
  });

  it('puts a result in as it was written before, digit by digit', async () => {
    const { store, backend } = stage();
    await backend.store([{ meta: meta('1', 'SUCCESS', null), resultText: '[1.50, 12345678901234567890]' }]);
    expect(store.text('celery-task-meta-1')).toContain('"result":[1.50, 12345678901234567890]');
    expect((await backend.load(['1']))[0]?.result).toEqual([1.5, 12345678901234567890n]);
  });

  it('reads the text that Python writes', async () => {
    const { store, backend } = stage();
    const text =
      '{"status": "SUCCESS", "result": 5, "traceback": null, "children": [], "date_done": "2026-11-21T05:35:23.845613", "task_id": "1"}';
    await store.set([{ key: 'celery-task-meta-1', value: Buffer.from(text), ttlMs: undefined }]);
    expect(await backend.load(['1', 'unknown'])).toEqual([meta('1', 'SUCCESS', 5), undefined]);
  });

  it('reads once and writes once for a whole batch, the read first', async () => {
    const { store, backend } = stage();
    await backend.store([
      { meta: meta('a', 'SUCCESS') },
      { meta: meta('b', 'FAILURE') },
      { meta: meta('a', 'FAILURE') },
    ]);
    expect(store.calls).toEqual(['get 3', 'set 2']);
  });

  it('never overwrites a stored SUCCESS', async () => {
    const { backend } = stage();
    await backend.store([{ meta: meta('a', 'SUCCESS', 1) }]);
    const report = await backend.store([{ meta: meta('a', 'FAILURE') }, { meta: meta('b', 'STARTED') }]);
    expect(report).toEqual({ outcomes: ['final', 'stored'], settled: [] });
    expect((await backend.load(['a', 'b'])).map((one) => one?.status)).toEqual(['SUCCESS', 'STARTED']);
  });

  it('keeps nothing of a batch of which one result cannot be written, and says which part', async () => {
    const { store, backend } = stage();
    const batch = [{ meta: meta('a', 'SUCCESS') }, { meta: meta('b', 'SUCCESS', { at: [() => 1] }) }];
    await expect(backend.store(batch)).rejects.toMatchObject({ code: 'CLR_ENCODE', path: 'result.at[0]' });
    expect(store.entries.size).toBe(0);
  });

  it('uses the serializer of the application', async () => {
    const hex: Serializer = {
      name: 'hex',
      contentType: 'x/hex',
      contentEncoding: 'utf-8',
      encode: (value) => Buffer.from(Buffer.from(jsonSerializer.encode(value)).toString('hex')),
      decode: (body, limits) => jsonSerializer.decode(Buffer.from(Buffer.from(body).toString(), 'hex'), limits),
    };
    const { store, backend } = stage({ serializer: hex });
    await backend.store([{ meta: meta('a', 'SUCCESS', 7), resultText: '7' }]);
    expect(store.text('celery-task-meta-a')).toMatch(/^[0-9a-f]+$/);
    expect(await backend.load(['a'])).toEqual([meta('a', 'SUCCESS', 7)]);
  });

  it('turns what cannot be read into a failure that says so, and reads the rest', async () => {
    const { store, backend } = stage();
    await backend.store([{ meta: meta('good', 'SUCCESS') }]);
    await store.set([{ key: 'celery-task-meta-bad', value: Buffer.from('{"sta'), ttlMs: undefined }]);
    const [bad, good] = await backend.load(['bad', 'good']);
    expect(bad).toMatchObject({ status: 'FAILURE', task_id: 'bad', result: { exc_type: 'DecodeError' } });
    expect(good?.status).toBe('SUCCESS');
  });

  it('believes the key, not the text, about whose result it is', async () => {
    const { store, backend } = stage();
    const text = '{"status":"SUCCESS","result":1,"task_id":"other"}';
    await store.set([{ key: 'celery-task-meta-mine', value: Buffer.from(text), ttlMs: undefined }]);
    expect((await backend.load(['mine']))[0]?.task_id).toBe('mine');
  });

  it('forgets', async () => {
    const { backend } = stage();
    await backend.store([{ meta: meta('a', 'SUCCESS') }]);
    await backend.forget(['a', 'unknown']);
    expect(await backend.load(['a'])).toEqual([undefined]);
  });

  it('refuses ids that cannot be, before it touches the store', async () => {
    const { store, backend } = stage();
    const refused = { code: 'CLR_INVALID_RESULT_ID' };
    await expect(backend.store([{ meta: meta('', 'SUCCESS') }])).rejects.toMatchObject(refused);
    await expect(backend.load(['x'.repeat(256)])).rejects.toMatchObject(refused);
    await expect(backend.forget([''])).rejects.toMatchObject(refused);
    expect(store.calls).toEqual([]);
  });

  it('refuses joint work', async () => {
    const joint = { domain: 'sqlite:/tmp/x', statement: { sql: '', parameters: [] } };
    await expect(stage().backend.store([], joint)).rejects.toMatchObject({ code: 'CLR_FOREIGN_JOINT_WORK' });
  });

  it('masks the URL, and closes the store once and only after it was opened', async () => {
    const { store, backend } = stage();
    expect(backend.url).not.toContain('secret');
    await backend.close();
    await backend.connect();
    await backend.close();
    await backend.close();
    expect(store.calls).toEqual(['connect', 'close']);
  });

  it('cleans up only where that is its business', async () => {
    const cleanup = async (): Promise<number> => 3;
    expect(await stage({ cleanup }).backend.cleanup()).toBe(0);
    const capabilities = { expiry: 'cleanup', durable: true, shared: true } as const;
    expect(await stage({ cleanup, capabilities }).backend.cleanup()).toBe(3);
  });
});

describe('keyValueBackend watches', () => {
  it('polls without a feed', async () => {
    const { backend, store, clock } = stage();
    expect(backend.capabilities.wakeUp).toBe('poll');
    const got: string[] = [];
    backend.watch((metas) => got.push(...metas.map((one) => one.task_id))).add(['a']);
    await settled();
    const elsewhere = '{"status":"SUCCESS","result":1,"task_id":"a"}';
    await store.set([{ key: 'celery-task-meta-a', value: Buffer.from(elsewhere), ttlMs: undefined }]);
    await clock.advance(500);
    expect(got).toEqual(['a']);
  });

  it('tells watches of this process at once what it stored itself', async () => {
    const { backend, clock } = stage();
    const got: string[] = [];
    backend.watch((metas) => got.push(...metas.map((one) => one.task_id))).add(['a']);
    await settled();
    await backend.store([{ meta: meta('a', 'SUCCESS') }]);
    await settled();
    expect([got, clock.pending]).toEqual([['a'], 0]);
  });

  it('misses nothing that is set elsewhere between its look and the answer', async () => {
    const feed = new MapStore();
    const { backend } = stage({ store: feed, feed });
    expect(backend.capabilities.wakeUp).toBe('push');
    const got: string[] = [];
    feed.afterRead = () => {
      feed.afterRead = undefined;
      const value = Buffer.from('{"status":"SUCCESS","result":1,"task_id":"a"}');
      void feed.set([{ key: 'celery-task-meta-a', value, ttlMs: undefined }]);
    };
    backend.watch((metas) => got.push(...metas.map((one) => one.task_id))).add(['a']);
    await settled();
    expect(got).toEqual(['a']);
    expect(feed.subscriptions.size).toBe(0);
  });

  it('ends its watches with itself', async () => {
    const { backend, clock } = stage();
    backend.watch(() => {}).add(['a']);
    await settled();
    await backend.close();
    expect(clock.pending).toBe(0);
  });
});

describe('keyValueBackend groups', () => {
  it("are saved in Celery's form, read back and forgotten", async () => {
    const { store, backend } = stage();
    const tuple = [
      ['g', null],
      [
        [['a', null], null],
        [['b', null], null],
      ],
    ] as const;
    await backend.groups!.save('g', tuple);
    expect(store.text('celery-taskset-meta-g')).toBe('{"result":[["g",null],[[["a",null],null],[["b",null],null]]]}');
    expect(await backend.groups!.load('g')).toEqual(tuple);
    await backend.groups!.save('g', null);
    expect(await backend.groups!.load('g')).toBeUndefined();
  });

  it('refuse what is no group', async () => {
    const { store, backend } = stage();
    await store.set([{ key: 'celery-taskset-meta-g', value: Buffer.from('{"result":{"os":1}}'), ttlMs: undefined }]);
    await expect(backend.groups!.load('g')).rejects.toMatchObject({ code: 'CLR_DECODE' });
  });
});
