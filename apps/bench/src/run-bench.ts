import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { useCelery } from '@celeriac/tooling/services';
import type { Job, JobContext } from './jobs/job.ts';
import { jobs } from './jobs/jobs.ts';
import { machineLine } from './machine.ts';
import { Measurements } from './measure/measurements.ts';
import type { BenchOptions } from './options.ts';
import { chart } from './report/chart.ts';
import { goals, judge, regressionFloors } from './report/goals.ts';
import { figureTables, goalTable } from './report/markdown.ts';
import { BenchServer } from './servers.ts';
import { entries } from './systems/entries.ts';
import type { BrokerName, SystemEntry } from './systems/system.ts';

const BROKERS: readonly BrokerName[] = ['redis', 'rabbitmq', 'sqlite', 'postgres'];

/** Measures, prints, writes. */
export async function runBench(options: BenchOptions): Promise<void> {
  const startedAt = performance.now();
  const measurements = new Measurements();
  const celery = await useCelery();
  const python = celery.skipped === undefined ? celery.python : undefined;
  for (const broker of BROKERS.filter((name) => options.brokers?.includes(name) ?? true)) {
    const plan = jobs.filter((job) => job.brokers.includes(broker) && (options.jobs?.includes(job.name) ?? true));
    const systems = entries.filter(
      (entry) =>
        entry.broker === broker &&
        (options.systems?.includes(entry.name) ?? true) &&
        (entry.module !== 'celery' || python !== undefined),
    );
    if (plan.length === 0 || systems.length === 0) continue;
    const server = await BenchServer.start(broker);
    try {
      const context = contextOf(options, server, measurements, python);
      for (const job of plan) await runJob(job, systems, context, options);
    } finally {
      await server.stop();
    }
  }
  await report(measurements, options, (performance.now() - startedAt) / 1000);
}

/** Systems take turns in every round, so that what else the machine does meets all of them. */
async function runJob(
  job: Job,
  systems: readonly SystemEntry[],
  context: JobContext,
  options: BenchOptions,
): Promise<void> {
  const rounds = options.rounds ?? job.rounds[options.quick ? 'quick' : 'full'];
  const taking = systems.filter(
    ({ name, without }) => (job.systems?.includes(name) ?? true) && without?.[job.name] === undefined,
  );
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
  }
}

function contextOf(
  options: BenchOptions,
  server: BenchServer,
  measurements: Measurements,
  python: string | undefined,
): JobContext {
  const { quick, seconds, concurrency, profile } = options;
  const folder = profile === undefined ? undefined : resolve(profile);
  return {
    server,
    measurements,
    python,
    quick,
    seconds,
    concurrency,
    profileArgv:
      folder === undefined
        ? undefined
        : (side, system) => ['--cpu-prof', `--cpu-prof-dir=${join(folder, `${server.broker}-${system}-${side}`)}`],
  };
}

async function report(measurements: Measurements, options: BenchOptions, seconds: number): Promise<void> {
  const all = measurements.all();
  const reports = judge(options.regression ? regressionFloors : goals, measurements);
  const seen = reports.filter(({ met }) => met !== undefined);
  const settings = entries
    .filter((entry) => all.some(({ system, broker }) => system === entry.name && broker === entry.broker))
    .map(({ name, broker, settings: text }) => `- ${broker}, ${name}: ${text}`);
  const text = [
    `${machineLine()}. Medians over the rounds, with the least and the most. ${Math.round(seconds)} s in all.`,
    '',
    '## Goals',
    '',
    goalTable(options.systems === undefined && options.jobs === undefined ? reports : seen),
    '## Figures',
    '',
    figureTables(all),
    '## Settings',
    '',
    ...settings,
    '',
  ].join('\n');
  process.stdout.write(`\n${text}`);
  if (options.json !== undefined) {
    await writeFile(
      options.json,
      `${JSON.stringify({ machine: machineLine(), measurements: all, goals: reports }, null, 2)}\n`,
    );
  }
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true });
    await writeFile(join(options.out, 'results.md'), text);
    await writeFile(join(options.out, 'results.svg'), chart(all));
  }
  if (options.check && seen.some(({ met }) => met === false)) process.exitCode = 1;
}

/** Progress goes where it does not end up in a file with the table. */
function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
