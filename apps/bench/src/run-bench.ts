import { resolve } from 'node:path';
import { useCelery } from '@celeriac/tooling/services';
import type { Job, JobContext } from './jobs/job.ts';
import { jobs } from './jobs/jobs.ts';
import { roundsOf, takesPart } from './jobs/plan.ts';
import { machineLine } from './machine.ts';
import { Measurements } from './measure/measurements.ts';
import type { BenchOptions } from './options.ts';
import { goals, regressionFloors } from './report/goals.ts';
import { Profiles } from './report/profiles.ts';
import { mergeRuns, readRuns, type SavedRun, writeRun } from './report/saved-run.ts';
import { writeReport } from './report/write-report.ts';
import { BenchServer } from './servers.ts';
import { entries } from './systems/entries.ts';
import type { BrokerName, SystemEntry } from './systems/system.ts';

const BROKERS: readonly BrokerName[] = ['redis', 'rabbitmq', 'sqlite', 'postgres'];

/** Measures, prints, writes. @throws {SavedRunError} for earlier runs that cannot be put together */
export async function runBench(options: BenchOptions): Promise<void> {
  if (options.from !== undefined) return await report(mergeRuns(await readRuns(options.from)), options);
  const startedAt = performance.now();
  const measurements = new Measurements();
  const celery = await useCelery();
  const profiles = options.profile === undefined ? undefined : new Profiles(resolve(options.profile));
  const python = celery.skipped === undefined ? celery.python : undefined;
  const soFar = (): SavedRun => ({
    machine: machineLine(),
    seconds: (performance.now() - startedAt) / 1000,
    measurements: measurements.all(),
  });
  // A run that is broken off keeps what it has.
  const keep = async (): Promise<void> => {
    if (options.json !== undefined) await writeRun(options.json, soFar(), {});
  };
  for (const broker of BROKERS.filter((name) => options.brokers?.includes(name) ?? true)) {
    const plan = jobs.filter((job) => roundsOf(job, broker, options) > 0);
    const systems = entries.filter(
      (entry) =>
        entry.broker === broker &&
        (options.systems?.includes(entry.name) ?? true) &&
        (entry.module !== 'celery' || python !== undefined),
    );
    if (plan.length === 0 || systems.length === 0) continue;
    const server = await BenchServer.start(broker);
    try {
      const { quick, seconds, concurrency } = options;
      const context = { server, measurements, python, profiles, quick, seconds, concurrency };
      for (const job of plan) await runJob(job, systems, context, options, keep);
    } finally {
      await server.stop();
    }
  }
  if (profiles !== undefined) process.stdout.write(`\n## Where the time goes\n\n${await profiles.write()}`);
  await report(soFar(), options);
}

/** Systems take turns in every round, so that what else the machine does meets all of them. */
async function runJob(
  job: Job,
  systems: readonly SystemEntry[],
  context: JobContext,
  options: BenchOptions,
  keep: () => Promise<void>,
): Promise<void> {
  const rounds = roundsOf(job, context.server.broker, options);
  const taking = systems.filter((entry) => takesPart(entry, job, options));
  for (let round = 1; round <= rounds; round++) {
    for (const entry of taking) {
      const startedAt = performance.now();
      const label = `${job.name}, ${entry.broker}, round ${round} of ${rounds}: ${entry.name}`;
      try {
        await job.run(entry, context);
        note(`${label} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      } catch (error) {
        note(`${label}: FAILED: ${(error as Error).message}`);
        process.exitCode = 1;
      }
    }
    await keep();
  }
}

async function report(run: SavedRun, options: BenchOptions): Promise<void> {
  const isGood = await writeReport(run, {
    goals: options.regression ? regressionFloors : goals,
    showsAll: options.systems === undefined && options.jobs === undefined && options.brokers === undefined,
    json: options.json,
    out: options.out,
  });
  if (options.check && !isGood) process.exitCode = 1;
}

/** Progress goes where it does not end up in a file with the table. */
function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
