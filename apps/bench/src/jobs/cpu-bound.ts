import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const CPU_MS = 5;
const CHILDREN = [1, 2] as const;
const POOLS = ['prefork', 'threads'] as const;

/** Tasks that need the processor: what reaches them of it. */
export const cpuBound: Job = {
  name: 'cpu-bound',
  what: `drains tasks of ${CPU_MS} ms of CPU each with 1 and 2 child processes, and with 1 and 2 threads`,
  brokers: ['redis'],
  systems: ['celeriac', 'celery'],
  rounds: { quick: 0, full: 3 },
  run,
};

async function run(entry: SystemEntry, { server, python, seconds, measurements }: JobContext): Promise<void> {
  for (const pool of POOLS) {
    const stage = await Stage.open({ server, entry, python, env: { BENCH_POOL: pool } });
    try {
      for (const children of CHILDREN) {
        const count = Math.round((seconds * children * 1000) / CPU_MS);
        await stage.sendSpecial('burn', count, CPU_MS);
        const { tasksPerSecond } = await stage.drain(count, children);
        const variant = `${pool}, ${children} at a time`;
        const key = { job: `tasks of ${CPU_MS} ms of CPU`, broker: entry.broker, variant, system: entry.name };
        measurements.add(key, 'tasks/s', tasksPerSecond);
      }
      await stage.verify();
    } finally {
      await stage.close();
    }
  }
}
