import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TaskError } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { describe, expect, test } from 'vitest';
import { NotIdleError } from './not-idle-error.ts';
import { newApp, START } from './shop.fixture.ts';
import { TestWorker } from './test-worker.ts';

describe('what follows a task', () => {
  test('link and linkError are run', async () => {
    const app = newApp();
    const seen: unknown[] = [];
    const note = app.task('note', (...values: unknown[]) => void seen.push(values));
    const double = app.task('double', (x: number) => x * 2);
    const fail = app.task('fail', () => {
      throw new Error('no');
    });
    await using tester = await TestWorker.start(app);
    await double.applyAsync([21], { link: note.s() });
    const failed = await fail.applyAsync([], { linkError: note.s() });
    await tester.idle();
    expect(seen).toHaveLength(2);
    expect(seen).toContainEqual([42]);
    expect(JSON.stringify(seen)).toContain(failed.id);
    await expect(failed.get()).rejects.toBeInstanceOf(TaskError);
  });

  test('a chord of three is joined, whenever its members end', async () => {
    const app = newApp();
    const sums: number[] = [];
    const total = app.task('total', (values: readonly number[]) => {
      sums.push(values.reduce((sum, value) => sum + value, 0));
    });
    const same = app.task('same', (x: number) => x);
    await using tester = await TestWorker.start(app);
    const { chords } = (await runtimeOf(app).backend())!;
    await chords!.open('group', 3);
    const member = (index: number) =>
      same.applyAsync([10 ** index], { countdown: index * 60, groupId: 'group', groupIndex: index, chord: total.s() });
    await Promise.all([0, 1, 2].map(member));
    await tester.advance({ seconds: 119 });
    expect(sums).toEqual([]);
    await tester.advance({ seconds: 1 });
    expect(sums).toEqual([111]);
  });

  test('what a task sends without waiting is done too', async () => {
    const app = newApp();
    const seen: number[] = [];
    const countDown = app.task('count', (left: number) => {
      seen.push(left);
      if (left > 0) void app.sendTask('count', [left - 1]);
    });
    await using tester = await TestWorker.start(app);
    void countDown.delay(20);
    await tester.idle();
    expect(seen).toHaveLength(21);
  });
});

describe('real work', () => {
  test('reading files and fetching are waited for', async () => {
    const server = createServer((_request, response) => setTimeout(() => response.end('slow'), 50));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const app = newApp();
    const load = app.task('load', async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
      return [text, (await readFile(import.meta.filename)).length > 0] as const;
    });
    await using tester = await TestWorker.start(app);
    const result = await load.delay();
    await tester.idle();
    expect(await result.state()).toBe('SUCCESS');
    expect(await result.get()).toEqual(['slow', true]);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a task that never ends is named, the clock stays, and the app is still given back', async () => {
    const app = newApp();
    const hang = app.task('hang', () => new Promise<void>(() => {}));
    const tester = await TestWorker.start(app, { now: START, patienceMs: 50 });
    const { id } = await hang.delay();
    const error = await tester.advance({ hours: 1 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotIdleError);
    expect(error).toMatchObject({
      code: 'CLR_TEST_NOT_IDLE',
      running: [{ id, name: 'hang' }],
      queues: [],
      patienceMs: 50,
    });
    expect((error as Error).message).toMatch(/^Not idle after 50 ms: hang \[.*\] for \d+ ms still running\.$/);
    expect(tester.now).toEqual(new Date(START));
    await expect(tester.idle()).rejects.toBeInstanceOf(NotIdleError);
    await tester.stop();
    expect(app.settings.brokerUrl).toBe('redis://127.0.0.1:1/0');
  });
});
