import type { Backend, ChordPart } from '@celeriac/backend';
import { uuid } from '@celeriac/protocol';
import { usePrivateService } from '@celeriac/tooling/services';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisBackend } from './redis-backend.ts';

const server = await usePrivateService('redis');

describe.skipIf(server.skipped !== undefined)('header tasks that finish in one turn', () => {
  const url = server.skipped === undefined ? server.url : '';
  const redis = new Redis(url || 'redis://127.0.0.1:1', { lazyConnect: true });
  let backend: Backend;
  beforeAll(async () => {
    backend = redisBackend({ url });
    await backend.connect();
  });
  afterAll(async () => {
    await backend?.close();
    redis.disconnect();
    if (server.skipped === undefined) await server.stop();
  });

  const part = (groupId: string, index: number, result: unknown = index): ChordPart => ({
    groupId,
    taskId: `task-${index}`,
    index,
    status: 'SUCCESS',
    result,
  });
  const joinAll = (parts: readonly ChordPart[]) => Promise.all(parts.map((one) => backend.chords!.join(one)));

  async function commands(): Promise<number> {
    const stats = await redis.info('commandstats');
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  test('are joined by few commands; one of them gets the parts, in header order', async () => {
    const [group, other] = [uuid(), uuid()];
    const indexes = Array.from({ length: 1200 }, (_, at) => (at * 7) % 1200);
    await Promise.all([backend.chords!.open(group, 1200), backend.chords!.open(other, 1)]);
    const before = await commands();
    const twice = [...indexes, ...indexes.slice(0, 100)].map((index) => part(group, index));
    const [progress, [single]] = await Promise.all([joinAll(twice), joinAll([part(other, 0)])]);
    expect((await commands()) - before).toBeLessThanOrEqual(4);
    const claims = progress.flatMap(({ parts }) => (parts === undefined ? [] : [parts]));
    expect(claims).toHaveLength(1);
    expect(claims[0]!.map(({ index, result }) => [index, result])).toEqual(
      indexes.toSorted((a, b) => a - b).map((index) => [index, index]),
    );
    expect(progress.at(-1)).toMatchObject({ done: 1200, size: 1200 });
    expect(single!.parts?.map(({ groupId }) => groupId)).toEqual([other]);
  });

  test('stand in the order of their positions, also where several share one, and last without one', async () => {
    const group = uuid();
    const unplaced = { ...part(group, 8), index: null };
    const shared = ['a', 'b', 'c'].map((id) => ({ ...part(group, 1, id), taskId: id }));
    await backend.chords!.open(group, 6);
    const progress = await joinAll([unplaced, part(group, 2), ...shared.toReversed(), part(group, 0)]);
    const parts = progress.at(-1)?.parts ?? [];
    expect(parts.map(({ result }) => result)).toEqual([0, 'a', 'b', 'c', 2, 8]);
    expect(parts.at(-1)?.index).toBeNull();
  });

  test('may give results that are as deep as a result can be', async () => {
    const group = uuid();
    let deep: unknown = 'the end';
    for (let level = 0; level < 511; level++) deep = [deep];
    await backend.chords!.open(group, 3);
    const progress = await joinAll([part(group, 0, deep), part(group, 1), part(group, 2, { a: 'ä,[' })]);
    expect(progress.at(-1)?.parts?.map(({ result }) => result)).toEqual([deep, 1, { a: 'ä,[' }]);
  });

  test('may give more than is put into one text', async () => {
    const group = uuid();
    const large = 'x'.repeat(1024 * 1024);
    await backend.chords!.open(group, 18);
    const progress = await joinAll(Array.from({ length: 18 }, (_, index) => part(group, index, `${index}${large}`)));
    const parts = progress.at(-1)?.parts ?? [];
    expect(parts.map(({ result }) => (result as string).length - large.length)).toEqual(
      parts.map(({ index }) => String(index).length),
    );
  });

  test('are not troubled by a part that cannot be read: only the one that was to send the body is', async () => {
    const group = uuid();
    await backend.chords!.open(group, 3);
    await redis.zadd(`celery-taskset-meta-${group}.j`, 2, 'nobody reads this');
    const outcomes = await Promise.allSettled([part(group, 0), part(group, 1)].map((one) => backend.chords!.join(one)));
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: { done: 3, size: 3, parts: undefined } },
      { status: 'rejected', reason: { code: 'CLR_DECODE' } },
    ]);
  });

  test('are told each for itself whether the size has gone since they were recorded', async () => {
    const group = uuid();
    await backend.chords!.open(group, 3);
    await joinAll([part(group, 0)]);
    const keys = ['j', 's', 't'].map((suffix) => `celery-taskset-meta-${group}.${suffix}`);
    await redis.del(...keys);
    expect(await joinAll([part(group, 0), part(group, 1)])).toEqual([
      { done: 1, size: 1, parts: undefined },
      { done: 1, size: undefined, parts: undefined },
    ]);
  });
});
