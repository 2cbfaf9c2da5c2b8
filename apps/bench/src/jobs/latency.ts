import { quantile } from '../measure/statistics.ts';
import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { Stage } from './stage.ts';

const WARM_UP = 200;
const CONCURRENCY = 10;

/** One call at a time on an idle system. */
export const latency: Job = {
  name: 'latency',
  what: 'calls one after the other: from the call to the start, and to the result (p50, p99)',
  brokers: ['redis', 'rabbitmq', 'sqlite', 'postgres'],
  rounds: { quick: 2, full: 3 },
  quickOn: ['redis'],
  quickSystems: ['celeriac', 'raw', 'bullmq'],
  run,
};

async function run(entry: SystemEntry, context: JobContext): Promise<void> {
  const { server, python, quick, measurements } = context;
  const stage = await Stage.open({ server, entry, python, env: { BENCH_LATENCY: '1' } });
  try {
    await stage.startWorkers(CONCURRENCY);
    // Some look twice a second only: a few calls say enough about those.
    const { calls: probe } = await stage.client.tell('calls', { count: 5 });
    const isSlow =
      quantile(
        probe.slice(1).map(({ resultMs }) => resultMs),
        0.5,
      ) > 50;
    if (!isSlow) await stage.client.tell('calls', { count: WARM_UP });
    const { calls } = await stage.client.tell('calls', { count: isSlow ? 10 : quick ? 400 : 2000 });
    const figures = {
      start: calls.map(({ startMs }) => startMs),
      result: calls.map(({ resultMs }) => resultMs),
    };
    for (const [what, values] of Object.entries(figures)) {
      for (const [name, q] of [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const) {
        const key = { job: `enqueue→${what}`, broker: entry.broker, variant: `idle ${name}`, system: entry.name };
        measurements.add(key, 'ms', quantile(values, q));
      }
    }
    await stage.stopWorkers();
  } finally {
    await stage.close();
  }
}
