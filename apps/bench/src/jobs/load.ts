import { quantile } from '../measure/statistics.ts';
import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const CONCURRENCY = 100;
const WARM_UP = 1_000;
const AT_ONCE = 100;
const SHARES = [50, 80, 95] as const;

/** Latency while calls come at a fixed rate, whether or not earlier ones are back. */
export const load: Job = {
  name: 'load',
  what: "calls at 50, 80 and 95 % of each system's own most: from when a call was due to its result (p50, p99)",
  brokers: ['redis'],
  systems: ['celeriac', 'bullmq', 'bee-queue'],
  rounds: { quick: 0, full: 3 },
  run,
};

async function run(entry: SystemEntry, { server, python, seconds, measurements }: JobContext): Promise<void> {
  const stage = await Stage.open({ server, entry, python });
  const of = (variant: string) => ({ job: 'open loop', broker: entry.broker, variant, system: entry.name });
  try {
    await stage.startWorkers(CONCURRENCY);
    await stage.client.tell('rush', { count: WARM_UP, inFlight: AT_ONCE });
    const { perSecond } = await stage.client.tell('rush', { count: 3 * WARM_UP, inFlight: AT_ONCE });
    measurements.add({ ...of('most calls, 100 in flight'), job: 'closed loop' }, 'tasks/s', perSecond);
    for (const share of SHARES) {
      const { calls } = await stage.client.tell('load', { perSecond: (perSecond * share) / 100, seconds });
      const results = calls.map(({ resultMs }) => resultMs);
      measurements.add(of(`${share} % load, p50`), 'ms', quantile(results, 0.5));
      measurements.add(of(`${share} % load, p99`), 'ms', quantile(results, 0.99));
    }
    await stage.stopWorkers();
  } finally {
    await stage.close();
  }
}
