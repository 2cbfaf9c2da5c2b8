import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { jobs } from './jobs/jobs.ts';
import { entries } from './systems/entries.ts';

/** What the command line asked for. */
export interface BenchOptions {
  readonly quick: boolean;
  readonly systems: readonly string[] | undefined;
  readonly brokers: readonly string[] | undefined;
  readonly jobs: readonly string[] | undefined;
  readonly rounds: number | undefined;
  readonly concurrency: readonly number[];
  readonly seconds: number;
  /** Files of earlier runs to report on, instead of measuring. */
  readonly from: readonly string[] | undefined;
  readonly json: string | undefined;
  readonly out: string | undefined;
  readonly profile: string | undefined;
  readonly check: boolean;
  readonly regression: boolean;
  readonly help: boolean;
}

/** A mistake on the command line. */
export class BenchOptionError extends Error {}

const names = (values: Iterable<string>): string => [...new Set(values)].join(', ');

export const HELP = `Usage: npm run bench -- [options]

Celeriac and its peers side by side, on the same servers in the same run. The servers are started and stopped here.

  --quick              what the goals look at, in fewer and shorter rounds: under six minutes
  --systems <names>    only these: ${names(entries.map(({ name }) => name))}
  --brokers <names>    only these: ${names(entries.map(({ broker }) => broker))}
  --jobs <names>       only these:
${jobs.map(({ name, what, rounds }) => `                         ${name.padEnd(11)} ${what}${rounds.quick === 0 ? ' (not in --quick)' : ''}`).join('\n')}
  --rounds <n>         rounds of each job; systems take turns in each
  --concurrency <n,…>  what to drain with, rising (default 1,10,100; goals look at these)
  --seconds <n>        how long each measured part should take
  --json <file>        writes every figure of every round
  --from <file,…>      measures nothing: reports on what --json has written, of several parts as one
  --out <folder>       writes results.md and results.svg
  --profile <folder>   a CPU profile of each side of each system (job throughput)
  --check              exit code 1 when a goal is missed
  --regression         only what shows a loss of speed: ratios to the raw client with much room, under two minutes
`;

/**
 * @param folder - that files and folders are relative to; the process's by default
 * @throws {BenchOptionError} naming the option
 */
export function readOptions(args: readonly string[], folder = ''): BenchOptions {
  const at = (path: string): string => resolve(folder, path);
  const values = withRegression(parse(args));
  const quick = values.quick;
  const concurrency = list(values.concurrency)?.map((text) => whole('concurrency', text)) ?? [1, 10, 100];
  return {
    quick,
    systems: known(
      'systems',
      list(values.systems),
      entries.map(({ name }) => name),
    ),
    brokers: known(
      'brokers',
      list(values.brokers),
      entries.map(({ broker }) => broker),
    ),
    jobs: known(
      'jobs',
      list(values.jobs),
      jobs.map(({ name }) => name),
    ),
    rounds: values.rounds === undefined ? undefined : whole('rounds', values.rounds),
    concurrency: concurrency.toSorted((a, b) => a - b),
    seconds: values.seconds === undefined ? (quick ? 0.6 : 1.5) : positive('seconds', values.seconds),
    from: list(values.from)?.map(at),
    json: values.json === undefined ? undefined : at(values.json),
    out: values.out === undefined ? undefined : at(values.out),
    profile: values.profile === undefined ? undefined : at(values.profile),
    check: values.check,
    regression: values.regression,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        systems: { type: 'string' },
        brokers: { type: 'string' },
        jobs: { type: 'string' },
        rounds: { type: 'string' },
        concurrency: { type: 'string' },
        seconds: { type: 'string' },
        from: { type: 'string' },
        json: { type: 'string' },
        out: { type: 'string' },
        profile: { type: 'string' },
        check: { type: 'boolean', default: false },
        regression: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new BenchOptionError((error as Error).message);
  }
}

type Values = ReturnType<typeof parse>;

/** Enough to see a loss of speed, and no more. */
function withRegression(values: Values): Values {
  if (!values.regression) return values;
  const few = { systems: 'celeriac,raw', brokers: 'redis,sqlite', jobs: 'throughput', concurrency: '100' };
  return { ...few, rounds: '3', seconds: '0.7', ...values, check: true };
}

function list(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').map((part) => part.trim());
}

function known(
  option: string,
  given: readonly string[] | undefined,
  all: readonly string[],
): readonly string[] | undefined {
  const unknown = given?.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new BenchOptionError(`--${option}: "${unknown}" is none of ${names(all)}.`);
  return given;
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new BenchOptionError(`--${option}: "${text}" is no whole number above 0.`);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new BenchOptionError(`--${option}: "${text}" is no number above 0.`);
}
