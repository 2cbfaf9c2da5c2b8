import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const WARM_UP = 1_000;
const CHILDREN = 2;
const MOST = 40_000;

/** Pools of processes, one task each at a time. */
export const prefork: Job = {
  name: 'prefork',
  what: 'drains no-op tasks with two child processes, one task each at a time',
  brokers: ['redis'],
  systems: ['celeriac', 'celery'],
  rounds: { quick: 1, full: 3 },
  run,
};

async function run(entry: SystemEntry, { server, python, seconds, measurements }: JobContext): Promise<void> {
  const stage = await Stage.open({ server, entry, python, env: { BENCH_POOL: 'prefork' } });
  try {
    await stage.send(WARM_UP, 200);
    const { tasksPerSecond: pace } = await stage.drain(WARM_UP, CHILDREN);
    const count = Math.min(MOST, Math.round(pace * seconds));
    await stage.send(count, 1000);
    const { tasksPerSecond } = await stage.drain(count, CHILDREN);
    await stage.verify();
    const key = { job: 'drain', broker: entry.broker, variant: `prefork, ${CHILDREN} children`, system: entry.name };
    measurements.add(key, 'tasks/s', tasksPerSecond);
  } finally {
    await stage.close();
  }
}
