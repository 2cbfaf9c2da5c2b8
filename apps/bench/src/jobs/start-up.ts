import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Place, SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const READY_MS = 60_000;

/** From nothing to work. */
export const startUp: Job = {
  name: 'start-up',
  what: 'from the command until a worker has done its first task; from the command until a producer has sent its first',
  brokers: ['redis'],
  systems: ['celeriac', 'bullmq', 'celery'],
  rounds: { quick: 3, full: 5 },
  quickSystems: ['celeriac', 'celery'],
  run,
};

async function run(entry: SystemEntry, context: JobContext): Promise<void> {
  const { server, python, measurements } = context;
  const of = (variant: string) => ({ job: 'start-up', broker: entry.broker, variant, system: entry.name });
  measurements.add(of('worker: first task done'), 'ms', await workerStart(entry, context));
  const place = await server.clean();
  measurements.add(of('producer: first send confirmed'), 'ms', await producerStart(entry, place, python));
}

/** A task waits already; the clock runs from the start of the worker's process until its result is there. */
async function workerStart(entry: SystemEntry, { server, python }: JobContext): Promise<number> {
  const stage = await Stage.open({ server, entry, python, workers: 0 });
  try {
    await stage.send(1, 1);
    const startedAt = performance.now();
    await stage.addWorker();
    await stage.startWorkers(2);
    await stage.untilStored(1);
    return performance.now() - startedAt;
  } finally {
    await stage.close();
  }
}

async function producerStart(entry: SystemEntry, place: Place, python: string | undefined): Promise<number> {
  const isPython = entry.module === 'celery';
  const script = isPython ? '../../python/celery_sender.py' : './first-send.mjs';
  const path = fileURLToPath(new URL(script, import.meta.url));
  const startedAt = performance.now();
  const child = spawn(
    isPython ? (python ?? 'python3') : process.execPath,
    isPython ? [path] : [...process.execArgv, path, entry.module],
    {
      env: { ...process.env, BENCH_BROKER: place.broker, BENCH_STORE: place.store },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: READY_MS,
    },
  );
  await once(child.stdout, 'data');
  const ms = performance.now() - startedAt;
  if (child.exitCode === null) await once(child, 'exit');
  return ms;
}
