import type { AppRuntime } from '@celeriac/core/internal';
import { invokeHere } from '../execute/invoke-here.ts';
import { AsyncPool } from '../pool/async-pool.ts';
import { ChildPool, type ChildPoolParts } from '../pool/child-pool.ts';
import type { Pool, PoolHost } from '../pool/pool.ts';
import type { PoolChildOptions } from '../pool/pool-child.ts';
import { ProcessChild } from '../pool/process-child.ts';
import { SoloPool } from '../pool/solo-pool.ts';
import { ThreadChild } from '../pool/thread-child.ts';
import { loadPool } from './load-pool.ts';
import type { ResolvedWorkerOptions } from './worker-options.ts';

const KIB = 1024;

/**
 * The pool that the options ask for, not yet started.
 * @throws {WorkerOptionError} for one that is no pool and no package
 */
export function createPool(runtime: AppRuntime, options: ResolvedWorkerOptions, host: PoolHost): Pool {
  const { hostname, concurrency, pool } = options;
  switch (pool) {
    case 'async':
      return new AsyncPool({ runtime, host, hostname, concurrency });
    case 'solo':
      return new SoloPool({ runtime, host, hostname });
    case 'prefork': {
      const { execArgv } = options;
      const makeChild = (child: PoolChildOptions): ProcessChild => {
        return new ProcessChild({ ...child, execArgv, env: process.env });
      };
      return new ChildPool({ ...childParts(runtime, options, host), kind: pool, makeChild });
    }
    case 'threads': {
      const makeChild = (child: PoolChildOptions): ThreadChild => new ThreadChild(child);
      return new ChildPool({ ...childParts(runtime, options, host), kind: pool, makeChild, maxMemoryBytes: undefined });
    }
    default: {
      const invoke = (...[received, signal]: Parameters<PoolInvoke>) => invokeHere(received, signal, runtime, hostname);
      return loadPool(pool, runtime.folder).create({ runtime, host, hostname, concurrency, invoke });
    }
  }
}

type PoolInvoke = Parameters<ReturnType<typeof loadPool>['create']>[0]['invoke'];

function childParts(
  runtime: AppRuntime,
  options: ResolvedWorkerOptions,
  host: PoolHost,
): Omit<ChildPoolParts, 'kind' | 'makeChild'> {
  const { hostname, childConcurrency, maxMemoryPerChild } = options;
  return {
    runtime,
    host,
    size: options.concurrency,
    setup: {
      appModule: options.appModule!,
      exportName: options.exportName,
      hostname,
      concurrency: childConcurrency,
      reportsMemory: maxMemoryPerChild !== undefined,
    },
    aliveTimeoutMs: options.procAliveTimeoutMs,
    isFair: options.optimization === 'fair',
    maxTasksPerChild: options.maxTasksPerChild,
    maxMemoryBytes: maxMemoryPerChild === undefined ? undefined : maxMemoryPerChild * KIB,
  };
}
