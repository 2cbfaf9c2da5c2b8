import { MemoryResults, type backend as memory, memoryBackend } from '@celeriac/backend-memory';
import { Celeriac } from '@celeriac/core';
import { silentLogger } from '@celeriac/protocol';
import { Worker } from '@celeriac/worker';
import { describe, expect, test } from 'vitest';
import { chain, chord, group } from '../src/index.ts';

const polling = { countdown: 0.02, interval: 0.02 };
let apps = 0;

/** A store that keeps results and cannot join chords. */
function plainStore(): typeof memory {
  const results = new MemoryResults();
  return {
    schemes: ['memory'],
    create: (url, context) => {
      const store = memoryBackend({ results, url, context });
      return new Proxy(store, {
        get(target, name): unknown {
          if (name === 'chords') return undefined;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

async function stage() {
  const name = `polled-${process.pid}-${apps++}`;
  const app = new Celeriac(name, {
    broker: `memory://${name}`,
    backend: `memory://${name}`,
    resultBackendPackage: plainStore(),
    resultChordRetryInterval: 0.02,
    configFile: false,
    environment: {},
    logger: silentLogger,
  });
  const seen: string[] = [];
  const opened = Promise.withResolvers<void>();
  const tasks = {
    member: app.task('member', (n: number) => n),
    waiting: app.task('waiting', async (n: number) => {
      await opened.promise;
      return n;
    }),
    fail: app.task('fail', (): number => {
      throw new RangeError('on purpose');
    }),
    sum: app.task('sum', (numbers: readonly number[]) => {
      seen.push(`sum ${numbers.join()}`);
      return numbers.reduce((all, one) => all + one, 0);
    }),
    double: app.task('double', (n: number) => n * 2),
    errback: app.task('errback', { bind: true }, (_, id: string) => void seen.push(`errback ${id}`)),
  };
  const looks = { count: 0 };
  app.signals.taskPrerun.connect(({ task }) => {
    if (task.name === 'celery.chord_unlock') looks.count++;
  });
  const worker = new Worker(app, { pool: 'async', concurrency: 4 });
  await worker.start(AbortSignal.timeout(30_000));
  const close = async (): Promise<void> => {
    opened.resolve();
    await worker.stop(5_000);
    await app.close();
  };
  return { app, seen, looks, open: opened.resolve, ...tasks, [Symbol.asyncDispose]: close };
}

describe('on a store that cannot join, the task that looks at a chord', () => {
  test('looks again and again, and sends the body once, with the values in order', async () => {
    await using flow = await stage();
    const { member, waiting, sum, double, seen, looks, open } = flow;
    const sent = await chord([waiting.s(1), member.s(2), chain(member.s(3), double.s())], sum.s(), polling).delay();
    await expect.poll(() => looks.count, { timeout: 10_000, interval: 5 }).toBeGreaterThan(3);
    expect([await sent.state(), seen]).toEqual(['PENDING', []]);
    open();
    expect(await sent.get({ timeoutMs: 10_000 })).toBe(9);
    expect(seen).toEqual(['sum 1,2,6']);
  });

  test('joins chords in chords, and groups at the end of chains', async () => {
    await using flow = await stage();
    const { member, sum, double } = flow;
    const inner = chord([member.s(1), member.s(2)], sum.s(), polling);
    const sent = await chord([inner, chain(member.s(5), group(double.s(), double.s()))], sum.s(), polling).delay();
    expect(await sent.get({ timeoutMs: 10_000 })).toBe(23);
  });

  test('fails the body as soon as a header task fails, without waiting for the others', async () => {
    await using flow = await stage();
    const { waiting, fail, sum, double, errback, seen } = flow;
    const bad = fail.s().set({ taskId: `${flow.app.name}-bad` });
    const sent = await chord([waiting.s(1), bad], chain(sum.s(), double.s()).linkError(errback.s()), polling).delay();
    await expect(sent.get({ timeoutMs: 10_000 })).rejects.toMatchObject({
      excType: 'ChordError',
      excMessage: [`Dependency ${flow.app.name}-bad raised RangeError('on purpose')`],
    });
    await expect.poll(() => seen.length, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
    expect(seen.every((line) => line.startsWith('errback'))).toBe(true);
  });

  test('fails the body when it has looked often enough', async () => {
    await using flow = await stage();
    const { waiting, member, sum, errback, seen, looks } = flow;
    const body = sum.s().linkError(errback.s());
    const sent = await chord([waiting.s(1), member.s(2)], body, { ...polling, maxRetries: 2 }).delay();
    await expect(sent.get({ timeoutMs: 10_000 })).rejects.toMatchObject({
      excType: 'ChordError',
      excMessage: [expect.stringContaining('was not done after 3 looks')],
    });
    expect(looks.count).toBe(3);
    await expect.poll(() => seen, { timeout: 10_000, interval: 5 }).toEqual([`errback ${sent.id}`]);
  });

  test('is told of a header task that was revoked', async () => {
    await using flow = await stage();
    const { app, member, sum } = flow;
    const late = member.s(1).set({ taskId: `${app.name}-late`, countdown: 60 });
    const sent = await chord([late, member.s(2)], sum.s(), polling).delay();
    await app.control.revoke(`${app.name}-late`);
    await expect(sent.get({ timeoutMs: 10_000 })).rejects.toMatchObject({ excType: 'ChordError' });
  });

  test('takes no times or counts that cannot be', async () => {
    await using flow = await stage();
    const { member, sum } = flow;
    for (const bad of [{ interval: -1 }, { maxRetries: Number.NaN }, { countdown: Number.POSITIVE_INFINITY }])
      expect(() => chord([member.s(1)], sum.s(), bad)).toThrow(RangeError);
  });
});
