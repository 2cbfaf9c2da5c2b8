import { availableParallelism } from 'node:os';
import type { Settings } from '@celeriac/core/internal';
import { type AutoscaleRule, celeryRule } from '../scale/autoscale-rule.ts';
import { positive, whole } from './option-checks.ts';
import { WorkerOptionError } from './worker-option-error.ts';

/** How tasks are handed to the processes of a pool: `fair` only to idle ones, `default` short ones also ahead. */
export type Optimization = 'default' | 'fair';

/** Most and fewest slots of a pool that grows and shrinks with its work. */
export interface AutoscaleRange {
  readonly max: number;
  readonly min: number;
}

/** What runs tasks, and how much of it there is. */
export interface PoolOptions {
  /**
   * Where tasks run: `prefork`, `threads`, `async` (also called `eventlet` and `gevent`), `solo`, or the name of a package with
   * a pool. Default `workerPool`.
   */
  readonly pool?: string;
  /** Processes, threads, or tasks at a time. Default `workerConcurrency`, else the number of cores; always 1 for `solo`. */
  readonly concurrency?: number;
  /** Tasks at a time in one process of `prefork`, or one thread. Default `workerChildConcurrency`: 1. */
  readonly childConcurrency?: number;
  /** Most and fewest slots; the pool grows and shrinks with its work. Takes the place of `concurrency`. */
  readonly autoscale?: AutoscaleRange;
  /** Decides how many slots there should be. Default: as Celery. */
  readonly autoscaleRule?: AutoscaleRule;
  /** Default `default`. */
  readonly optimization?: Optimization;
  /** Tasks after which a process or thread is replaced. Default `workerMaxTasksPerChild`. */
  readonly maxTasksPerChild?: number;
  /** Memory in KiB above which a process is replaced after its task. Default `workerMaxMemoryPerChild`. */
  readonly maxMemoryPerChild?: number;
  /** Hard time limit, in seconds, of tasks that have none of their own. */
  readonly timeLimit?: number;
  /** Soft time limit, in seconds, of tasks that have none of their own. */
  readonly softTimeLimit?: number;
}

/** {@link PoolOptions} with nothing left open. */
export interface ResolvedPoolOptions {
  readonly pool: string;
  readonly concurrency: number;
  readonly childConcurrency: number;
  readonly autoscale: AutoscaleRange | undefined;
  readonly autoscaleRule: AutoscaleRule;
  readonly optimization: Optimization;
  readonly maxTasksPerChild: number | undefined;
  readonly maxMemoryPerChild: number | undefined;
  /** In seconds; null = none. */
  readonly timeLimit: number | null;
  readonly softTimeLimit: number | null;
}

/** The pools of this package. */
export const POOL_NAMES: readonly string[] = Object.freeze(['prefork', 'threads', 'async', 'solo']);
/** Celery's names for pools that are one here. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['processes', 'prefork'],
  ['eventlet', 'async'],
  ['gevent', 'async'],
]);
const PACKAGE = /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i;

const MOST_TASKS = 10_000;
const MOST_CHILDREN = 1000;
const MOST = Number.MAX_SAFE_INTEGER;

/** What of the settings counts for a pool. */
export type PoolSettings = Pick<
  Settings,
  'workerPool' | 'workerConcurrency' | 'workerChildConcurrency' | 'workerMaxTasksPerChild' | 'workerMaxMemoryPerChild'
>;

/** Whether the pool has children that load the app for themselves. */
export function hasChildren(pool: string): boolean {
  return pool === 'prefork' || pool === 'threads';
}

/** Processes or threads, or tasks in pools without them, that a pool can have at most. */
export function mostOf(pool: string): number {
  return hasChildren(pool) ? MOST_CHILDREN : MOST_TASKS;
}

/** @throws {WorkerOptionError} naming the option */
export function resolvePoolOptions(options: PoolOptions, settings: PoolSettings): ResolvedPoolOptions {
  const pool = poolName(options.pool ?? settings.workerPool);
  const most = mostOf(pool);
  const autoscale = pool === 'solo' ? undefined : rangeOf(options.autoscale, most);
  const asked = autoscale?.min ?? options.concurrency ?? settings.workerConcurrency ?? availableParallelism();
  const concurrency = whole('concurrency', asked, 1, most);
  const limits = limitsOf(options);
  return {
    pool,
    concurrency: pool === 'solo' ? 1 : concurrency,
    childConcurrency: hasChildren(pool)
      ? whole('childConcurrency', options.childConcurrency ?? settings.workerChildConcurrency, 1, MOST_CHILDREN)
      : 1,
    autoscale,
    autoscaleRule: options.autoscaleRule ?? celeryRule,
    optimization: optimizationOf(options.optimization ?? 'default'),
    maxTasksPerChild: count('maxTasksPerChild', options.maxTasksPerChild ?? settings.workerMaxTasksPerChild),
    maxMemoryPerChild: count('maxMemoryPerChild', options.maxMemoryPerChild ?? settings.workerMaxMemoryPerChild),
    ...limits,
  };
}

function poolName(given: unknown): string {
  if (typeof given === 'string') {
    const name = ALIASES.get(given) ?? given;
    if (POOL_NAMES.includes(name) || PACKAGE.test(name)) return name;
  }
  throw new WorkerOptionError('pool', given, `must be one of ${POOL_NAMES.join(', ')}, or the name of a package`);
}

/** A pool without any slot could never tell that it needs one. */
function rangeOf(range: AutoscaleRange | undefined, most: number): AutoscaleRange | undefined {
  if (range === undefined) return undefined;
  const max = whole('autoscale', range.max, 1, most);
  return { max, min: Math.max(1, whole('autoscale', range.min, 0, max)) };
}

function optimizationOf(given: unknown): Optimization {
  if (given === 'default' || given === 'fair') return given;
  throw new WorkerOptionError('optimization', given, 'must be default or fair');
}

function count(option: string, value: unknown): number | undefined {
  return value === undefined ? undefined : whole(option, value, 1, MOST);
}

function limitsOf({ timeLimit, softTimeLimit }: PoolOptions): Pick<ResolvedPoolOptions, 'timeLimit' | 'softTimeLimit'> {
  const hard = timeLimit === undefined ? null : positive('timeLimit', timeLimit, 'seconds');
  const soft = softTimeLimit === undefined ? null : positive('softTimeLimit', softTimeLimit, 'seconds');
  if (hard !== null && soft !== null && soft > hard)
    throw new WorkerOptionError('softTimeLimit', soft, `must not be above timeLimit (${hard})`);
  return { timeLimit: hard, softTimeLimit: soft };
}
