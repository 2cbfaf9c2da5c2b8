import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BeatService, MemoryStore } from '@celeriac/beat';
import { Celeriac } from '@celeriac/core';
import { useCelery, useService } from '@celeriac/tooling/services';
import { Worker } from '@celeriac/worker';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ChildProgram } from '../src/child-program.ts';

const START_MS = 60_000;
const [redis, celery] = [await useService('redis'), await useCelery()];
const url = redis.skipped === undefined ? redis.url : '';
const python = celery.skipped === undefined ? celery.python : '';
const pythonFolder = fileURLToPath(new URL('../python', import.meta.url));

/** Runs Python's Celery; `sends` is the task that its beat sends. */
function celeryProgram(queue: string, args: readonly string[], sends?: string): ChildProgram {
  const config = { broker: url, backend: url, queue, ...(sends !== undefined && { sends }) };
  const program = new ChildProgram({
    command: python,
    args: ['-m', 'celery', '-A', 'beat_app', ...args],
    cwd: pythonFolder,
    env: { ...process.env, CELERIAC_BEAT_INTEROP: JSON.stringify(config), PYTHONDONTWRITEBYTECODE: '1' },
  });
  onTestFinished(() => program.stop());
  return program;
}

function celeriacApp(queue: string, options: object = {}): Celeriac {
  const app = new Celeriac('beat_interop', {
    broker: url,
    backend: url,
    taskDefaultQueue: queue,
    configFile: false,
    environment: {},
    ...options,
  });
  onTestFinished(() => app.close());
  return app;
}

describe.skipIf(url === '' || python === '')('beats of one language, workers of the other', () => {
  test('a Python worker runs what a beat of Celeriac sends', { timeout: START_MS * 2 }, async () => {
    const queue = `beat.${randomBytes(4).toString('hex')}`;
    const worker = celeryProgram(queue, ['worker', '-P', 'solo', '-l', 'info', '-Q', queue, '-n', `${queue}@%h`]);
    await worker.saying(/ready\./, START_MS);
    const app = celeriacApp(queue, {
      beatSchedule: { often: { task: 'beat_interop.multiply', schedule: 0.5, args: [() => 6, 7], foreign: true } },
    });
    const ids: string[] = [];
    const beat = new BeatService(app, {
      store: new MemoryStore(),
      onEvent: (event) => {
        if (event.type === 'sent') ids.push(event.id);
      },
    });
    onTestFinished(() => beat.stop());
    await beat.start();
    const deadline = performance.now() + START_MS;
    while (ids.length < 3 && performance.now() < deadline) await new Promise((done) => setTimeout(done, 20));
    expect(ids.length).toBeGreaterThanOrEqual(3);
    for (const id of ids.slice(0, 3)) expect(await app.result(id).get({ timeoutMs: START_MS })).toBe(42);
  });

  test("a worker of Celeriac runs what Celery's beat sends", { timeout: START_MS * 2 }, async () => {
    const queue = `beat.${randomBytes(4).toString('hex')}`;
    const app = celeriacApp(queue);
    const sums: number[] = [];
    app.task('beat_interop.add', (x: number, y: number) => {
      sums.push(x + y);
      return x + y;
    });
    const worker = new Worker(app, { pool: 'async', concurrency: 2 });
    onTestFinished(() => worker.stop(5000));
    await worker.start(new AbortController().signal);
    const folder = mkdtempSync(join(tmpdir(), 'celeriac-celery-beat-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const files = ['-s', join(folder, 'schedule'), '--pidfile', join(folder, 'pid')];
    const beat = celeryProgram(queue, ['beat', '-l', 'info', ...files], 'beat_interop.add');
    await beat.saying(/Sending due task every second/, START_MS);
    const deadline = performance.now() + START_MS;
    while (sums.length < 2 && performance.now() < deadline) await new Promise((done) => setTimeout(done, 20));
    expect(sums.slice(0, 2)).toEqual([5, 5]);
  });
});
