import { setTimeout as delay } from 'node:timers/promises';
import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const WAITING = 5_000;
const IN_FLIGHT = 1_000;
const LATER = 5_000;
const MEGABYTE = 1024 * 1024;
/** How long tasks stay in flight, and when it is looked at them. */
const HOLD_MS = 5_000;
const SETTLED_MS = 2_000;
/** When the later tasks are due: long after they are gone. */
const DUE_MS = 3_600_000;

/** What an idle worker weighs, and what tasks weigh in each place. */
export const memory: Job = {
  name: 'memory',
  what: 'resident memory of an idle worker; what 1,000 waiting, running and ETA tasks take in the broker and the worker',
  brokers: ['redis'],
  systems: ['celeriac', 'bullmq', 'bee-queue', 'celery'],
  rounds: { quick: 1, full: 3 },
  quickSystems: ['celeriac', 'bullmq'],
  run,
};

async function run(entry: SystemEntry, context: JobContext): Promise<void> {
  await idleAndWaiting(entry, context);
  if (context.quick) return;
  // A thread for each of 1,000 tasks at a time is no way to run Celery.
  if (entry.module !== 'celery') await inFlight(entry, context);
  await later(entry, context);
}

async function idleAndWaiting(entry: SystemEntry, context: JobContext): Promise<void> {
  const { server, measurements } = context;
  const stage = await openStage(entry, context);
  try {
    await stage.send(10, 1);
    const before = await server.redisBytes();
    await stage.send(WAITING, 100);
    const bytes = (await server.redisBytes()) - before;
    measurements.add(key(entry, '1,000 waiting tasks, broker'), 'kB', perThousand(bytes, WAITING));
    await stage.drain(WAITING, 100);
    await stage.startWorkers(100);
    await stage.send(1, 1);
    await stage.untilStored(stage.sent);
    measurements.add(
      { ...key(entry, 'idle worker after 5,000 tasks'), job: 'memory' },
      'MB',
      (await stage.workerMemory()) / MEGABYTE,
    );
    await stage.stopWorkers();
  } finally {
    await stage.close();
  }
}

async function inFlight(entry: SystemEntry, context: JobContext): Promise<void> {
  const stage = await openStage(entry, context);
  try {
    await stage.startWorkers(IN_FLIGHT);
    // The first thousand also pays for what the worker keeps afterwards, such as compiled code and room in its tables.
    await stage.send(IN_FLIGHT, 100);
    await stage.untilStored(IN_FLIGHT);
    const before = await stage.workerMemory();
    await stage.sendSpecial('hold', IN_FLIGHT, HOLD_MS);
    await delay(SETTLED_MS);
    const bytes = (await stage.workerMemory()) - before;
    context.measurements.add(key(entry, '1,000 running tasks, worker'), 'kB', perThousand(bytes, IN_FLIGHT));
    await stage.untilStored(2 * IN_FLIGHT);
    await stage.stopWorkers();
  } finally {
    await stage.close();
  }
}

async function later(entry: SystemEntry, context: JobContext): Promise<void> {
  const { server, measurements } = context;
  const stage = await openStage(entry, context);
  try {
    await stage.startWorkers(100);
    await stage.send(1_000, 100);
    await stage.untilStored(1_000);
    const before = { worker: await stage.workerMemory(), broker: await server.redisBytes() };
    await stage.sendSpecial('later', LATER, DUE_MS);
    await delay(SETTLED_MS);
    const worker = (await stage.workerMemory()) - before.worker;
    const broker = (await server.redisBytes()) - before.broker;
    measurements.add(key(entry, '1,000 ETA tasks, worker'), 'kB', perThousand(worker, LATER));
    measurements.add(key(entry, '1,000 ETA tasks, broker'), 'kB', perThousand(broker, LATER));
    await stage.stopWorkers();
  } finally {
    await stage.close();
  }
}

function openStage(entry: SystemEntry, { server, python }: JobContext): Promise<Stage> {
  return Stage.open({ server, entry, python, execArgv: { worker: ['--expose-gc'] } });
}

function key({ broker, name }: SystemEntry, variant: string) {
  return { job: 'memory of tasks', broker, variant, system: name };
}

function perThousand(bytes: number, tasks: number): number {
  return bytes / (tasks / 1000) / 1024;
}
