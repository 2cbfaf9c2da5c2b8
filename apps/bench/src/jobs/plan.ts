import type { BenchOptions } from '../options.ts';
import type { BrokerName, SystemEntry } from '../systems/system.ts';
import type { Job } from './job.ts';
import { throughput } from './throughput.ts';

type Asked = Pick<BenchOptions, 'quick' | 'rounds' | 'jobs'>;

/** How often a job runs on a broker. A quick run leaves out what no goal looks at, unless it is named. */
export function roundsOf(job: Job, broker: BrokerName, { quick, rounds, jobs }: Asked): number {
  if (!job.brokers.includes(broker) || jobs?.includes(job.name) === false) return 0;
  const planned = job.rounds[quick ? 'quick' : 'full'];
  const isLeftOut = planned === 0 || (quick && job.quickOn?.includes(broker) === false);
  if (isLeftOut && jobs === undefined) return 0;
  return rounds ?? Math.max(1, planned);
}

/** Whether a system takes part in a job. A quick run leaves out those that no goal looks at, unless the job is named. */
export function takesPart({ name, without, isAside }: SystemEntry, job: Job, { quick, jobs }: Asked): boolean {
  if (quick && jobs === undefined && job.quickSystems?.includes(name) === false) return false;
  if (job.systems?.includes(name) === false || without?.[job.name] !== undefined) return false;
  return isAside !== true || job === throughput;
}
