import { closest, escapeForLog } from '@celeriac/protocol';
import { UsageError } from './cli-error.ts';
import type { ParsedOptions } from './definitions/define.ts';
import { OPTIMIZATIONS } from './definitions/pool-options.ts';
import { parseIntegerOption, parseNumberOption } from './option-values.ts';
import { POOL_ALIASES, POOLS } from './pools.ts';

/** What the command line says about a worker's pool; what it leaves out is for the settings to say. */
export interface PoolArguments {
  readonly pool?: string;
  readonly concurrency?: number;
  readonly childConcurrency?: number;
  readonly autoscale?: { readonly max: number; readonly min: number };
  readonly optimization?: (typeof OPTIMIZATIONS)[number];
  readonly maxTasksPerChild?: number;
  readonly maxMemoryPerChild?: number;
  readonly timeLimit?: number;
  readonly softTimeLimit?: number;
  readonly prefetchMultiplier?: number;
  readonly disablePrefetch?: boolean;
}

const MOST_TASKS = 10_000;
const MOST_CHILDREN = 1000;
const MOST_COUNT = 1_000_000_000;

/** @throws {UsageError} naming the option at fault */
export function readPoolArguments(options: ParsedOptions): PoolArguments {
  const whole = <Name extends keyof PoolArguments>(name: Name, option: string, least: number, most: number) => {
    const text = options[name] as string | undefined;
    return text === undefined ? {} : { [name]: parseIntegerOption(option, text, least, most) };
  };
  const pool = options['pool'] as string | undefined;
  const autoscale = options['autoscale'] as string | undefined;
  const optimization = OPTIMIZATIONS.find((name) => name === options['optimization']);
  return {
    ...(pool !== undefined && { pool: parsePool(pool) }),
    ...whole('concurrency', '--concurrency', 1, MOST_TASKS),
    ...whole('childConcurrency', '--child-concurrency', 1, MOST_CHILDREN),
    ...(autoscale !== undefined && { autoscale: parseAutoscale(autoscale) }),
    ...(optimization !== undefined && { optimization }),
    ...whole('maxTasksPerChild', '--max-tasks-per-child', 1, MOST_COUNT),
    ...whole('maxMemoryPerChild', '--max-memory-per-child', 1, MOST_COUNT),
    ...limits(options),
    ...whole('prefetchMultiplier', '--prefetch-multiplier', 0, MOST_TASKS),
    ...(options['disablePrefetch'] === true && { disablePrefetch: true }),
  };
}

/** A name that is nearly that of a pool is a slip, not a package. */
function parsePool(text: string): string {
  const known: readonly string[] = [...POOLS, ...POOL_ALIASES];
  const name = text.toLowerCase();
  if (known.includes(name)) return name;
  const meant = closest(text, known);
  if (meant === undefined && text.trim() !== '') return text;
  const choices = `${POOLS.join(', ')}, or the name of a package`;
  throw new UsageError('--pool', `--pool must be one of ${choices}, got "${escapeForLog(text, 40)}".`, {
    ...(meant !== undefined && { hint: `Did you mean ${meant}?` }),
  });
}

/** `10,2`; a single number is the most, with none as the fewest. @see celery/bin/worker.py Autoscale */
function parseAutoscale(text: string): { readonly max: number; readonly min: number } {
  const [most = '', fewest = '0', ...rest] = text.split(',');
  const option = '--autoscale';
  if (rest.length > 0) throw new UsageError(option, `${option} must be two numbers, such as 10,2.`);
  const bounds = [
    parseIntegerOption(option, most, 1, MOST_CHILDREN),
    parseIntegerOption(option, fewest, 0, MOST_CHILDREN),
  ];
  return { max: Math.max(...bounds), min: Math.min(...bounds) };
}

function limits(options: ParsedOptions): Pick<PoolArguments, 'timeLimit' | 'softTimeLimit'> {
  const seconds = (name: string, option: string): number | undefined => {
    const text = options[name] as string | undefined;
    return text === undefined ? undefined : parseNumberOption(option, text, 0.001);
  };
  const timeLimit = seconds('timeLimit', '--time-limit');
  const softTimeLimit = seconds('softTimeLimit', '--soft-time-limit');
  if (timeLimit !== undefined && softTimeLimit !== undefined && softTimeLimit > timeLimit)
    throw new UsageError('--soft-time-limit', `--soft-time-limit must not be above --time-limit (${timeLimit}).`);
  return { ...(timeLimit !== undefined && { timeLimit }), ...(softTimeLimit !== undefined && { softTimeLimit }) };
}
