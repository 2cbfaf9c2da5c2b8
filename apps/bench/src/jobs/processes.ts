import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const WARM_UP = 3_000;
const PROCESSES = [1, 2] as const;
const MOST = 60_000;

/** The same backlog with more worker processes, up to what broker and cores give. */
export const processes: Job = {
  name: 'processes',
  what: 'drains a backlog with 1 and 2 worker processes at concurrency 100',
  brokers: ['redis'],
  systems: ['celeriac', 'raw', 'bullmq'],
  rounds: { quick: 0, full: 3 },
  run,
};

async function run(entry: SystemEntry, { server, python, seconds, measurements }: JobContext): Promise<void> {
  for (const workers of PROCESSES) {
    const stage = await Stage.open({ server, entry, python, workers });
    try {
      await stage.send(WARM_UP, 200);
      const { tasksPerSecond: pace } = await stage.drain(WARM_UP, 100);
      const count = Math.min(MOST, Math.round(pace * seconds));
      await stage.send(count, 1000);
      const { tasksPerSecond } = await stage.drain(count, 100);
      await stage.verify();
      const variant = workers === 1 ? '1 process' : `${workers} processes`;
      measurements.add({ job: 'drain', broker: entry.broker, variant, system: entry.name }, 'tasks/s', tasksPerSecond);
    } finally {
      await stage.close();
    }
  }
}
