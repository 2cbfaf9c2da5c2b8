import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend, ChordPart } from '@celeriac/backend';
import { type ResultMeta, type ResultTuple, type Serializer, uuid } from '@celeriac/protocol';
import { usePrivateService } from '@celeriac/tooling/services';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { redisBackend } from './redis-backend.ts';

const server = await usePrivateService('redis');

interface Recorded {
  readonly command: string;
  readonly key: string;
  readonly raw: { readonly utf8: string };
  readonly ttl: number;
}

/** What a Python worker stored first. */
function recorded(name: string, command = 'SETEX', key = ''): Recorded {
  const file = new URL(`../test/samples/${name}.json`, import.meta.url);
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as { results: readonly Recorded[] };
  return results.find((one) => one.command === command && one.key.startsWith(key))!;
}

function metaOf(taskId: string, status: string, result: unknown): ResultMeta {
  return { status, result, traceback: null, children: [], date_done: '2026-01-02T03:04:05', task_id: taskId };
}

async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 5000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await delay(5);
  }
}

describe.skipIf(server.skipped !== undefined)('results as Celery keeps them', () => {
  const url = server.skipped === undefined ? server.url : '';
  const redis = new Redis(url || 'redis://127.0.0.1:1', { lazyConnect: true });
  const open: Backend[] = [];
  afterAll(async () => {
    for (const one of open) await one.close();
    redis.disconnect();
    if (server.skipped === undefined) await server.stop();
  });

  async function connected(
    options: { readonly [name: string]: unknown } = {},
    chordClaimMs?: number,
  ): Promise<Backend> {
    const claim = chordClaimMs === undefined ? undefined : { chordClaimMs };
    const backend = redisBackend({ url, context: { options }, ...claim });
    open.push(backend);
    await backend.connect();
    return backend;
  }

  test('what Python stored is read, and what is stored reads as if Python had', async () => {
    const backend = await connected();
    const { key, raw, ttl } = recorded('success');
    await redis.setex(key, ttl, raw.utf8);
    const meta = JSON.parse(raw.utf8) as ResultMeta;
    expect(await backend.load([meta.task_id])).toEqual([meta]);
    await redis.del(key);
    const heard: string[] = [];
    const listener = new Redis(url);
    listener.on('message', (channel, text) => heard.push(channel, text));
    await listener.subscribe(key);
    expect(await backend.store([{ meta }])).toEqual({ outcomes: ['stored'], settled: [] });
    const text = await redis.get(key);
    expect(JSON.parse(text!)).toEqual(meta);
    expect(Object.keys(JSON.parse(text!))).toEqual(Object.keys(meta));
    expect(await redis.ttl(key)).toBe(ttl);
    await eventually('Python is told', () => heard.length === 2);
    expect(heard).toEqual([key, text]);
    listener.disconnect();
  });

  test('a success of Python is not overwritten, its failure is', async () => {
    const backend = await connected();
    for (const [name, outcome] of [
      ['success', 'final'],
      ['failure', 'stored'],
    ] as const) {
      const { key, raw } = recorded(name);
      await redis.set(key, raw.utf8);
      const id = key.slice('celery-task-meta-'.length);
      const report = await backend.store([{ meta: metaOf(id, 'SUCCESS', 'new') }]);
      expect(report.outcomes).toEqual([outcome]);
      expect((await redis.get(key))!.includes('"new"')).toBe(outcome === 'stored');
    }
  });

  test('of many who store a success at once, one is kept, with any serializer', async () => {
    const json: Serializer = (await import('@celeriac/protocol')).jsonSerializer;
    // Another name: the store must not look into the text then.
    const opaque: Serializer = {
      name: 'opaque',
      contentType: 'application/x-opaque',
      contentEncoding: 'binary',
      encode: (value) => Buffer.from(`~${Buffer.from(json.encode(value)).toString('base64')}`),
      decode: (bytes, limits) => json.decode(Buffer.from(Buffer.from(bytes).toString().slice(1), 'base64'), limits),
    };
    for (const serializer of [json, opaque]) {
      const backends = [0, 1, 2].map(() => redisBackend({ url, context: { serializer } }));
      open.push(...backends);
      const id = uuid();
      const reports = await Promise.all(backends.map((one, at) => one.store([{ meta: metaOf(id, 'SUCCESS', at) }])));
      const winners = reports.flatMap(({ outcomes }, at) => (outcomes[0] === 'stored' ? [at] : []));
      expect(winners).toHaveLength(1);
      expect((await backends[0]!.load([id]))[0]?.result).toBe(winners[0]);
    }
  });

  test('groups are saved as Python saves them', async () => {
    const backend = await connected();
    const { key, raw } = recorded('group-saved', 'SETEX', 'celery-taskset-meta-');
    const members = (JSON.parse(raw.utf8) as { result: ResultTuple }).result;
    const id = key.slice('celery-taskset-meta-'.length);
    await redis.set(key, raw.utf8);
    expect(await backend.groups!.load(id)).toEqual(members);
    await backend.groups!.save(id, members);
    expect(JSON.parse((await redis.get(key))!)).toEqual({ result: members });
    expect(await redis.ttl(key)).toBeGreaterThan(86_000);
    await backend.groups!.save(id, null);
    expect(await redis.exists(key)).toBe(0);
  });

  test('the prefix stands before every key, joined as Celery joins it', async () => {
    const backend = await connected({ global_keyprefix: 'shop' });
    const id = uuid();
    await backend.store([{ meta: metaOf(id, 'SUCCESS', 1) }]);
    await backend.chords!.open(id, 2);
    expect(await redis.exists(`shop_celery-task-meta-${id}`, `shop_celery-taskset-meta-${id}.s`)).toBe(2);
  });

  /** A watch that listens already. */
  async function watching(): Promise<{
    readonly id: string;
    readonly seen: ResultMeta[];
    readonly listeners: () => Promise<unknown>;
  }> {
    const waiter = await connected();
    const id = uuid();
    const seen: ResultMeta[] = [];
    const listeners = async (): Promise<unknown> => (await redis.pubsub('NUMSUB', `celery-task-meta-${id}`))[1];
    const reads = await readsOfResults();
    waiter.watch((metas) => seen.push(...metas)).add([id]);
    await eventually('it has looked', async () => (await readsOfResults()) > reads);
    return { id, seen, listeners };
  }

  async function readsOfResults(): Promise<number> {
    return Number(/cmdstat_mget:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
  }

  test('a result that is told is not read again, and its channel is left', async () => {
    const worker = await connected();
    const { id, seen, listeners } = await watching();
    const reads = await readsOfResults();
    await worker.store([{ meta: metaOf(id, 'STARTED', null) }]);
    await worker.store([{ meta: metaOf(id, 'SUCCESS', 'told') }]);
    await eventually('it is seen', () => seen.length > 0);
    expect(seen).toEqual([metaOf(id, 'SUCCESS', 'told')]);
    expect(await readsOfResults()).toBe(reads);
    await eventually('its channel is left', async () => (await listeners()) === 0);
  });

  test('what is said on the channel of a result and is no result of it is not believed', async () => {
    const worker = await connected();
    const { id, seen } = await watching();
    for (const text of ['no JSON', '{"status": "SUCCESS"}', JSON.stringify(metaOf(uuid(), 'SUCCESS', 'of another'))]) {
      await redis.publish(`celery-task-meta-${id}`, text);
    }
    await worker.store([{ meta: metaOf(id, 'FAILURE', null) }]);
    await eventually('it is seen', () => seen.length > 0);
    expect(seen.map(({ status }) => status)).toEqual(['FAILURE']);
  });

  describe('chords shared with Python', () => {
    const part = (groupId: string, index: number, result: unknown = index): ChordPart => ({
      groupId,
      taskId: `task-${index}`,
      index,
      status: 'SUCCESS',
      result,
    });
    const key = (groupId: string, suffix: string): string => `celery-taskset-meta-${groupId}.${suffix}`;
    const results = (parts: readonly ChordPart[] | undefined): unknown => parts?.map((one) => one.result);

    test('members of Python count, and come with the parts', async () => {
      const backend = await connected();
      const group = uuid();
      await redis.setex(key(group, 's'), 86_400, '3');
      await redis.zadd(key(group, 'j'), 1, '[1, "task-1", "SUCCESS", {"by": "Python"}]');
      expect(await backend.chords!.join(part(group, 0))).toMatchObject({ done: 2, size: 3, parts: undefined });
      const last = await backend.chords!.join(part(group, 2));
      expect(results(last.parts)).toEqual([0, { by: 'Python' }, 2]);
    });

    test("entries read as Python writes them, with Celery's scores, and expire", async () => {
      const backend = await connected();
      const group = uuid();
      await backend.chords!.open(group, 3);
      await backend.chords!.join(part(group, 2, { a: [1, 'x'] }));
      await backend.chords!.join({ ...part(group, 0), index: null });
      const entries = await redis.zrange(key(group, 'j'), 0, '-1', 'WITHSCORES');
      expect(entries).toEqual(['[1, "task-2", "SUCCESS", {"a": [1, "x"]}]', '2', '[1, "task-0", "SUCCESS", 0]', 'inf']);
      expect(await redis.get(key(group, 's'))).toBe('3');
      for (const suffix of ['j', 's', 'celeriac']) expect(await redis.ttl(key(group, suffix))).toBeGreaterThan(86_000);
    });

    test('a task that Python finished before counts once, and what was added to the chord counts', async () => {
      const backend = await connected();
      const group = uuid();
      await backend.chords!.open(group, 2);
      await redis.incr(key(group, 't'));
      await redis.zadd(key(group, 'j'), 0, '[1, "task-0", "SUCCESS", "first"]');
      expect(await backend.chords!.join(part(group, 0))).toMatchObject({ done: 1, size: 3 });
      await backend.chords!.join(part(group, 1));
      expect(results((await backend.chords!.join(part(group, 2))).parts)).toEqual(['first', 1, 2]);
    });

    test("a claim that came to nothing passes on, a closed chord stays closed, and Python's keys are gone", async () => {
      const backend = await connected({}, 200);
      const group = uuid();
      await backend.chords!.open(group, 1);
      expect(results((await backend.chords!.join(part(group, 0))).parts)).toEqual([0]);
      expect((await backend.chords!.join(part(group, 0))).parts).toBeUndefined();
      await delay(250);
      expect(results((await backend.chords!.join(part(group, 0))).parts)).toEqual([0]);
      await backend.chords!.close(group);
      expect(await redis.exists(key(group, 'j'), key(group, 's'), key(group, 't'))).toBe(0);
      await backend.chords!.open(group, 5);
      expect(await backend.chords!.join(part(group, 0))).toMatchObject({ done: 1, size: 1, parts: undefined });
      expect(await redis.ttl(key(group, 'celeriac'))).toBeGreaterThan(86_000);
    });

    test('whose body Python sent is over for a member that comes again, whether that Celery leaves a mark or not', async () => {
      const backend = await connected();
      const [older, newest] = [uuid(), uuid()];
      for (const group of [older, newest]) {
        await backend.chords!.open(group, 2);
        expect(await backend.chords!.join(part(group, 0))).toMatchObject({ done: 1, size: 2 });
        await redis.del(key(group, 'j'), key(group, 's'), key(group, 't'));
      }
      await redis.setex(key(newest, 'c'), 300, 'done');
      expect(await backend.chords!.join(part(older, 0))).toEqual({ done: 1, size: 1, parts: undefined });
      expect(await backend.chords!.join(part(newest, 1))).toEqual({ done: 1, size: 1, parts: undefined });
    });

    test('is not sent here while a worker of Celery 5.7 has claimed it', async () => {
      const backend = await connected({}, 200);
      const group = uuid();
      await backend.chords!.open(group, 1);
      await redis.psetex(key(group, 'c'), 200, 'token of Python');
      expect((await backend.chords!.join(part(group, 0))).parts).toBeUndefined();
      await delay(250);
      expect(results((await backend.chords!.join(part(group, 0))).parts)).toEqual([0]);
    });

    test('without a size has none, however often it is looked for, when nobody ever told one', async () => {
      const backend = await connected();
      const group = uuid();
      for (let look = 0; look < 3; look++) {
        expect((await backend.chords!.join(part(group, 0))).size).toBeUndefined();
      }
      await backend.chords!.open(group, 1);
      expect(results((await backend.chords!.join(part(group, 0))).parts)).toEqual([0]);
    });
  });

  test('a watch survives a restart of the server and learns what it missed', async () => {
    if (server.skipped !== undefined) return;
    const backend = await connected();
    const [early, late] = [uuid(), uuid()];
    const ready: string[] = [];
    backend.watch((metas) => ready.push(...metas.map((meta) => meta.task_id))).add([early, late]);
    await eventually(
      'it listens',
      async () => Number((await redis.pubsub('NUMSUB', `celery-task-meta-${late}`))[1]) === 1,
    );
    await server.restart();
    await redis.connect().catch(() => {});
    const other = redisBackend({ url });
    open.push(other);
    await eventually('the store is back', () =>
      other.store([{ meta: metaOf(early, 'SUCCESS', 1) }]).then(
        () => true,
        () => false,
      ),
    );
    await eventually('what may have been missed is read', () => ready.includes(early));
    await other.store([{ meta: metaOf(late, 'SUCCESS', 2) }]);
    await eventually('what comes is told', () => ready.length === 2);
    expect(ready).toEqual([early, late]);
  });

  test('a server that is gone is a store that is not available, a wrong password is not', async () => {
    const gone = redisBackend({ url: 'redis://127.0.0.1:1/0' });
    await expect(gone.connect()).rejects.toMatchObject({ code: 'CLR_BACKEND_UNAVAILABLE' });
    const wrong = redisBackend({ url: url.replace('redis://', 'redis://someone:secret@') });
    await expect(wrong.connect()).rejects.toMatchObject({
      code: 'CLR_REDIS_ACCESS',
      reply: 'WRONGPASS',
      message: expect.not.stringContaining('secret'),
    });
  });
});
