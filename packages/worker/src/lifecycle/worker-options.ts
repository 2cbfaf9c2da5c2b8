import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Settings } from '@celeriac/core/internal';
import { type ChatterOptions, DEFAULT_HEARTBEAT_MS, type ResolvedChatterOptions } from '../events/chatter-options.ts';
import { nodeName } from './node-name.ts';
import { positive, whole } from './option-checks.ts';
import {
  hasChildren,
  type PoolOptions,
  type PoolSettings,
  type ResolvedPoolOptions,
  resolvePoolOptions,
} from './pool-options.ts';
import { WorkerOptionError } from './worker-option-error.ts';

/** How a worker differs from what the app's settings say. */
export interface WorkerOptions extends PoolOptions, ChatterOptions {
  /** Messages held for each of the tasks at a time, 0 = no limit. Default `workerPrefetchMultiplier`. */
  readonly prefetchMultiplier?: number;
  /** Take a message only when a slot is free for it. Default `workerDisablePrefetch`. */
  readonly disablePrefetch?: boolean;
  /** Queues to read. Default: all of `taskQueues`. */
  readonly queues?: readonly string[];
  /** Queues not to read. */
  readonly excludeQueues?: readonly string[];
  /** Path or file URL of the module that exports the app; the processes of `prefork` load it. */
  readonly appModule?: string | URL;
  /** Which export of it. Default: `app`, `default`, `celery`, else the first app there is. */
  readonly exportName?: string;
  /** Name of the worker; `%h` host, `%n` its part before the first dot, `%d` the rest. Default `celery@%h`. */
  readonly hostname?: string;
  /** File that keeps revoked tasks and the clock over a restart. Default `workerStateDb`. */
  readonly stateDb?: string;
  /** Port of the health endpoints `/health/live`, `/health/ready` and `/metrics`; 0 takes a free one. Default: none. */
  readonly healthPort?: number;
  /** Address that they listen on. Default `127.0.0.1`. */
  readonly healthHost?: string;
  /** Called when messages are being read. */
  readonly onReady?: () => void;
  /** Milliseconds that a process of `prefork` may take until it is ready. Default `workerProcAliveTimeout` (seconds). */
  readonly procAliveTimeoutMs?: number;
  /** Options of node for the processes of `prefork`. Default: those of this process. */
  readonly execArgv?: readonly string[];
}

/** {@link WorkerOptions} with nothing left open. */
export interface ResolvedWorkerOptions extends ResolvedPoolOptions, ResolvedChatterOptions {
  readonly prefetchMultiplier: number;
  readonly disablePrefetch: boolean;
  readonly queues: readonly string[] | undefined;
  readonly excludeQueues: readonly string[] | undefined;
  /** File URL; undefined for pools in this process. */
  readonly appModule: string | undefined;
  readonly exportName: string | undefined;
  readonly hostname: string;
  readonly stateDb: string | undefined;
  readonly healthPort: number | undefined;
  readonly healthHost: string;
  readonly onReady: (() => void) | undefined;
  readonly procAliveTimeoutMs: number;
  readonly execArgv: readonly string[];
}

const LONGEST_MULTIPLIER = 10_000;

/** What of the settings counts for a worker. */
export type WorkerSettings = PoolSettings &
  Pick<
    Settings,
    | 'workerPrefetchMultiplier'
    | 'workerDisablePrefetch'
    | 'workerProcAliveTimeout'
    | 'workerSendTaskEvents'
    | 'workerStateDb'
  >;

/** @throws {WorkerOptionError} naming the option */
export function resolveWorkerOptions(options: WorkerOptions, settings: WorkerSettings): ResolvedWorkerOptions {
  const pool = resolvePoolOptions(options, settings);
  const multiplier = options.prefetchMultiplier ?? settings.workerPrefetchMultiplier;
  return {
    ...pool,
    prefetchMultiplier: whole('prefetchMultiplier', multiplier, 0, LONGEST_MULTIPLIER),
    disablePrefetch: options.disablePrefetch ?? settings.workerDisablePrefetch,
    queues: names('queues', options.queues),
    excludeQueues: names('excludeQueues', options.excludeQueues),
    appModule: hasChildren(pool.pool) ? moduleUrl(options.appModule, pool.pool) : undefined,
    exportName: options.exportName,
    hostname: nodeName(options.hostname, hostname()),
    stateDb: options.stateDb ?? settings.workerStateDb,
    healthPort: options.healthPort === undefined ? undefined : whole('healthPort', options.healthPort, 0, 65_535),
    healthHost: options.healthHost ?? '127.0.0.1',
    onReady: options.onReady,
    procAliveTimeoutMs: positive(
      'procAliveTimeoutMs',
      options.procAliveTimeoutMs ?? settings.workerProcAliveTimeout * 1000,
      'milliseconds',
    ),
    taskEvents: options.taskEvents ?? settings.workerSendTaskEvents,
    withoutHeartbeat: options.withoutHeartbeat ?? false,
    withoutMingle: options.withoutMingle ?? false,
    withoutGossip: options.withoutGossip ?? false,
    heartbeatIntervalMs: positive(
      'heartbeatIntervalMs',
      options.heartbeatIntervalMs ?? DEFAULT_HEARTBEAT_MS,
      'milliseconds',
    ),
    execArgv: options.execArgv ?? process.execArgv.filter((argument) => !argument.startsWith('--inspect')),
  };
}

function names(option: string, value: readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');
  if (isList) return [...value];
  throw new WorkerOptionError(option, value, "must be a list of queues' names");
}

function moduleUrl(module: string | URL | undefined, pool: string): string {
  if (module === undefined || module === '') {
    throw new WorkerOptionError('appModule', module, 'must name the module that exports the app', {
      hint: `The children of the pool "${pool}" load it. In this process: pool: 'async' or 'solo'.`,
    });
  }
  if (module instanceof URL) return module.href;
  return module.startsWith('file:') ? module : pathToFileURL(resolve(module)).href;
}
