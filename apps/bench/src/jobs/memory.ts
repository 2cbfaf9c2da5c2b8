import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const WAITING = 5_000;
const MEGABYTE = 1024 * 1024;

/** What an idle worker and a waiting task weigh. */
export const memory: Job = {
  name: 'memory',
  what: 'resident memory of an idle worker; what 1,000 waiting tasks take in the broker, and 1,000 ETA tasks in the worker',
  brokers: ['redis'],
  systems: ['celeriac', 'bullmq', 'bee-queue', 'celery'],
  rounds: { quick: 1, full: 3 },
  run,
};

async function run(entry: SystemEntry, { server, python, measurements }: JobContext): Promise<void> {
  const stage = await Stage.open({ server, entry, python, execArgv: { worker: ['--expose-gc'] } });
  const of = (job: string, variant: string) => ({ job, broker: entry.broker, variant, system: entry.name });
  try {
    await stage.send(10, 1);
    const before = await server.redisBytes();
    await stage.send(WAITING, 100);
    const bytes = (await server.redisBytes()) - before;
    measurements.add(of('memory', '1,000 waiting tasks, broker'), 'kB', bytes / (WAITING / 1000) / 1024);
    await stage.drain(WAITING, 100);
    await stage.startWorkers(100);
    measurements.add(of('memory', 'idle worker after 5,000 tasks'), 'MB', (await stage.workerMemory()) / MEGABYTE);
    await stage.stopWorkers();
  } finally {
    await stage.close();
  }
}
