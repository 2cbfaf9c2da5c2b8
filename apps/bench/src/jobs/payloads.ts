import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const SIZES = [
  { name: '1 kB', bytes: 1_000, count: 4_000 },
  { name: '100 kB', bytes: 100_000, count: 400 },
  { name: '1 MB', bytes: 1_000_000, count: 60 },
] as const;

/** Tasks with large arguments. */
export const payloads: Job = {
  name: 'payloads',
  what: 'sends (50 in flight) and drains (c=10) tasks with arguments of 1 kB, 100 kB and 1 MB',
  brokers: ['redis'],
  systems: ['celeriac', 'raw', 'bullmq', 'celery'],
  rounds: { quick: 0, full: 3 },
  run,
};

async function run(entry: SystemEntry, { server, python, measurements, quick }: JobContext): Promise<void> {
  const stage = await Stage.open({ server, entry, python });
  try {
    await stage.send(1_000, 50);
    await stage.drain(1_000, 10);
    for (const { name, bytes, count } of SIZES) {
      const of = (job: string) => ({ job, broker: entry.broker, variant: name, system: entry.name });
      const tasks = quick ? Math.ceil(count / 2) : count;
      measurements.add(of('send'), 'tasks/s', await stage.send(tasks, 50, bytes));
      measurements.add(of('drain'), 'tasks/s', (await stage.drain(tasks, 10)).tasksPerSecond);
    }
    await stage.verify();
  } finally {
    await stage.close();
  }
}
