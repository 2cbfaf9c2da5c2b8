import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { Worker } from '@celeriac/worker';
import { roundTrips, type Throughput } from './round-trips.ts';

/** One line of the table. */
export interface Scenario {
  readonly name: string;
  /** The least that it has to reach, tasks per second; undefined = no floor. */
  readonly floor: number | undefined;
  readonly tasks: number;
  run(tasks: number): Promise<Throughput>;
}

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** No-op tasks with results, one worker, `async` pool at concurrency 100, every result read back. */
export const scenarios: readonly Scenario[] = [
  { name: 'memory, worker in the same process', floor: 40_000, tasks: 200_000, run: throughMemory },
  { name: 'sqlite (synchronous=FULL), one worker process', floor: 8_000, tasks: 40_000, run: throughSqlite },
];

async function throughMemory(tasks: number): Promise<Throughput> {
  const app = new Celeriac('bench', { broker: 'memory://bench', backend: 'memory://bench' });
  const noop = app.task('bench.noop', (value: number) => value);
  const worker = new Worker(app, { pool: 'async', concurrency: 100 });
  await worker.start(new AbortController().signal);
  try {
    await roundTrips(noop, Math.ceil(tasks / 10));
    return await roundTrips(noop, tasks);
  } finally {
    await worker.stop(5_000);
    await app.close();
  }
}

async function throughSqlite(tasks: number): Promise<Throughput> {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-bench-'));
  const url = `sqlite:///${folder}/bench.db`;
  const app = new Celeriac('bench', { broker: url, backend: url, taskDefaultQueue: 'bench' });
  const noop = app.foreign<[value: number], number>('bench.noop');
  const script = fileURLToPath(new URL(`./worker-process${extension}`, import.meta.url));
  const worker = spawn(process.execPath, [...process.execArgv, script], {
    env: { ...process.env, CELERY_BROKER_URL: url, CELERY_RESULT_BACKEND: url },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await once(worker, 'message');
    await roundTrips(noop, Math.ceil(tasks / 10));
    return await roundTrips(noop, tasks);
  } finally {
    const ended = once(worker, 'exit');
    worker.kill('SIGTERM');
    await ended;
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
}
