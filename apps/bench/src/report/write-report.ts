import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Measurements } from '../measure/measurements.ts';
import { entries } from '../systems/entries.ts';
import { chart } from './chart.ts';
import { type Goal, judge } from './goals.ts';
import { figureTables, goalTable } from './markdown.ts';
import { type SavedRun, writeRun } from './saved-run.ts';

/** What is wanted of a report. */
export interface ReportRequest {
  readonly goals: readonly Goal[];
  /** Goals that were not measured are named too. */
  readonly showsAll: boolean;
  readonly json: string | undefined;
  readonly out: string | undefined;
}

const ABOUT_FLOORS = `\`raw\` is the bare client library doing the same job on the same wire: it sends the same Celery
messages, decodes them, stores the same results and publishes them, as a plain program would write it. Goals compare with
it. \`bare\` is the same program with a message of its own that has next to nothing in it: what the wire format costs is
between the two. Ratios to \`bare\` are given for information. Neither has routing, retries, limits, events or leases.`;

/** Prints the figures of a run and writes them where asked. @returns whether no goal was missed */
export async function writeReport(run: SavedRun, request: ReportRequest): Promise<boolean> {
  const { machine, seconds, measurements } = run;
  const reports = judge(request.goals, Measurements.of(measurements));
  const seen = reports.filter(({ met }) => met !== undefined);
  const settings = entries
    .filter((entry) => measurements.some(({ system, broker }) => system === entry.name && broker === entry.broker))
    .map(({ name, broker, settings: text }) => `- ${broker}, ${name}: ${text}`);
  const text = [
    '# Figures of the bench',
    '',
    `${machine}. Medians over the rounds, with the least and the most. ${Math.round(seconds)} s in all.`,
    '',
    '## Goals',
    '',
    goalTable(request.showsAll ? reports : seen),
    ABOUT_FLOORS,
    '',
    '## Figures',
    '',
    figureTables(measurements),
    '## Settings',
    '',
    ...settings,
    '',
  ].join('\n');
  process.stdout.write(`\n${text}`);
  if (request.json !== undefined) await writeRun(request.json, run, { goals: reports });
  if (request.out !== undefined) {
    await mkdir(request.out, { recursive: true });
    await writeFile(join(request.out, 'results.md'), text);
    await writeFile(join(request.out, 'results.svg'), chart(measurements));
  }
  return seen.every(({ met }) => met !== false);
}
