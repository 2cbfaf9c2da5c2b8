import { CONNECTION_OPTIONS, camelName, camelOptions } from '@celeriac/redis';
import { ConfigurationError, checkOptionNames } from '@celeriac/transport';

/** Settings of the transport, by Celery's `broker_transport_options`. */
export interface RedisTransportSettings {
  /** A worker that was not heard of for this long is dead. Milliseconds. */
  readonly leaseMs: number;
  /** Pause between two looks for dead workers. Milliseconds. */
  readonly sweepMs: number;
  /** What a Python worker took and did not settle for this long goes back to its queue. Milliseconds. */
  readonly visibilityTimeoutMs: number;
  /** Put before every key and channel; undefined = nothing, or `{celeriac}` in a cluster. */
  readonly globalKeyprefix: string | undefined;
  /** Priorities that have a list of their own, rising. */
  readonly prioritySteps: readonly number[];
  /** Between a queue's name and its step, and inside of bindings. */
  readonly sep: string;
  readonly queueOrderStrategy: 'round_robin' | 'priority' | 'sorted';
  /** Before the exchange in the name of a channel; `{db}` stands for the database. */
  readonly fanoutPrefix: string;
  /** Whether the routing key is a part of the name of a channel. */
  readonly fanoutPatterns: boolean;
  readonly unackedKey: string;
  readonly unackedIndexKey: string;
  readonly unackedMutexKey: string;
  readonly unackedMutexExpireMs: number;
  /** Most messages of Python workers that one sweep brings back. */
  readonly unackedRestoreLimit: number;
}

const DEFAULT_LEASE_MS = 30_000;
const LONGEST_SWEEP_MS = 10_000;
const SHORTEST_MS = 50;
const DEFAULT_RESTORE_LIMIT = 200;
const LONGEST_MS = 86_400_000;
const STRATEGIES: readonly string[] = ['round_robin', 'priority', 'sorted'];

const OWN_OPTIONS: readonly string[] = [
  'leaseMs',
  'sweepMs',
  'visibilityTimeout',
  'globalKeyprefix',
  'prioritySteps',
  'sep',
  'queueOrderStrategy',
  'fanoutPrefix',
  'fanoutPatterns',
  'unackedKey',
  'unackedIndexKey',
  'unackedMutexKey',
  'unackedMutexExpire',
  'unackedRestoreLimit',
  'ackEmulation',
];

type Given = ReadonlyMap<string, unknown>;

/**
 * Checks options, in either spelling, and fills in kombu's defaults.
 * @throws {ConfigurationError} for an unknown name or a value that cannot be
 * @see kombu/transport/redis.py Channel
 */
export function redisTransportSettings(options: { readonly [name: string]: unknown }): RedisTransportSettings {
  const inCamelCase = Object.fromEntries(Object.keys(options).map((name) => [camelName(name), true]));
  checkOptionNames('redis', inCamelCase, [...OWN_OPTIONS, ...CONNECTION_OPTIONS]);
  const given = camelOptions(options);
  const visibilityTimeoutMs = (numberIn(given, 'visibilityTimeout', 0.05, 3.2e7) ?? 3600) * 1000;
  // Renewed every third of the lease: no Python worker of the same settings takes a living worker's messages for abandoned.
  const leaseMs = Math.min(
    numberIn(given, 'leaseMs', SHORTEST_MS, LONGEST_MS) ?? DEFAULT_LEASE_MS,
    visibilityTimeoutMs,
  );
  if (booleanIn(given, 'ackEmulation') === false) {
    throw refuse('ackEmulation', 'cannot be false: without it a message is lost with the worker that has it');
  }
  return {
    leaseMs,
    sweepMs: numberIn(given, 'sweepMs', SHORTEST_MS, LONGEST_MS) ?? Math.min(LONGEST_SWEEP_MS, Math.ceil(leaseMs / 3)),
    visibilityTimeoutMs,
    globalKeyprefix: textIn(given, 'globalKeyprefix'),
    prioritySteps: stepsIn(given),
    sep: textIn(given, 'sep') ?? '\u0006\u0016',
    queueOrderStrategy: strategyIn(given),
    fanoutPrefix: fanoutPrefixIn(given),
    fanoutPatterns: booleanIn(given, 'fanoutPatterns') ?? true,
    unackedKey: textIn(given, 'unackedKey') ?? 'unacked',
    unackedIndexKey: textIn(given, 'unackedIndexKey') ?? 'unacked_index',
    unackedMutexKey: textIn(given, 'unackedMutexKey') ?? 'unacked_mutex',
    unackedMutexExpireMs: (numberIn(given, 'unackedMutexExpire', 1, 1e6) ?? 300) * 1000,
    unackedRestoreLimit: numberIn(given, 'unackedRestoreLimit', 1, 10_000) ?? DEFAULT_RESTORE_LIMIT,
  };
}

function refuse(name: string, problem: string): ConfigurationError {
  return new ConfigurationError(`brokerTransportOptions.${name}`, problem);
}

function numberIn(given: Given, name: string, least: number, most: number): number | undefined {
  const value = given.get(name);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw refuse(name, `must be a number from ${least} to ${most}`);
}

function textIn(given: Given, name: string): string | undefined {
  const value = given.get(name);
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw refuse(name, 'must be text');
}

function booleanIn(given: Given, name: string): boolean | undefined {
  const value = given.get(name);
  if (value === undefined || typeof value === 'boolean') return value;
  throw refuse(name, 'must be true or false');
}

function stepsIn(given: Given): readonly number[] {
  const value = given.get('prioritySteps');
  if (value === undefined) return [0, 3, 6, 9];
  const steps: readonly unknown[] = Array.isArray(value) ? value : [];
  const rising = steps.every(
    (step, at) =>
      Number.isInteger(step) && (step as number) >= 0 && (at === 0 || (steps[at - 1] as number) < (step as number)),
  );
  if (steps.length === 0 || steps.length > 256 || !rising) {
    throw refuse('prioritySteps', 'must be a list of rising whole numbers');
  }
  return steps as readonly number[];
}

function strategyIn(given: Given): RedisTransportSettings['queueOrderStrategy'] {
  const value = given.get('queueOrderStrategy') ?? 'round_robin';
  if (typeof value === 'string' && STRATEGIES.includes(value)) {
    return value as RedisTransportSettings['queueOrderStrategy'];
  }
  throw refuse('queueOrderStrategy', `must be one of ${STRATEGIES.join(', ')}`);
}

/** @see kombu/transport/redis.py keyprefix_fanout */
function fanoutPrefixIn(given: Given): string {
  const value = given.get('fanoutPrefix') ?? true;
  if (value === true) return '/{db}.';
  if (value === false) return '';
  if (typeof value === 'string') return value;
  throw refuse('fanoutPrefix', 'must be true, false or text');
}
