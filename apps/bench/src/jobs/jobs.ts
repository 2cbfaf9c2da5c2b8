import { cpuBound } from './cpu-bound.ts';
import type { Job } from './job.ts';
import { latency } from './latency.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';
import { payloads } from './payloads.ts';
import { prefork } from './prefork.ts';
import { processes } from './processes.ts';
import { startUp } from './start-up.ts';
import { throughput } from './throughput.ts';
import { workflows } from './workflows.ts';

/** All jobs, in the order in which they run. */
export const jobs: readonly Job[] = [
  throughput,
  latency,
  load,
  processes,
  prefork,
  cpuBound,
  payloads,
  workflows,
  memory,
  startUp,
];
