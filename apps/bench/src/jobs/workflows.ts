import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const CONCURRENCY = 100;
const CHORDS = { quick: [1_000], full: [1_000, 10_000] } as const;
const CHAIN = 100;

/** Chords and chains, from the call to the result of the last step. */
export const workflows: Job = {
  name: 'workflows',
  what: 'a chord of 1,000 and 10,000 header tasks and the same as a plain group; a chain of 100',
  brokers: ['redis'],
  systems: ['celeriac', 'celery'],
  rounds: { quick: 0, full: 3 },
  run,
};

async function run(entry: SystemEntry, { server, python, quick, measurements }: JobContext): Promise<void> {
  const stage = await Stage.open({ server, entry, python });
  const add = (variant: string, ms: number): void =>
    measurements.add({ job: 'workflow', broker: entry.broker, variant, system: entry.name }, 'ms', ms);
  try {
    await stage.startWorkers(CONCURRENCY);
    const flow = async (kind: 'chord' | 'group' | 'chain', size: number): Promise<number> =>
      (await stage.client.tell('flow', { kind, size })).ms;
    await flow('chord', 100);
    await flow('chain', 10);
    for (const size of CHORDS[quick ? 'quick' : 'full']) {
      add(`group of ${size}`, await flow('group', size));
      add(`chord of ${size}`, await flow('chord', size));
    }
    add(`chain of ${CHAIN}`, await flow('chain', CHAIN));
    await stage.stopWorkers();
  } finally {
    await stage.close();
  }
}
