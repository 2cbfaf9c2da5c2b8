import type { AppRuntime } from '@celeriac/core/internal';
import { AsyncPool } from '../pool/async-pool.ts';
import type { Pool, PoolHost } from '../pool/pool.ts';
import { PreforkPool } from '../pool/prefork-pool.ts';
import { SoloPool } from '../pool/solo-pool.ts';
import type { ResolvedWorkerOptions } from './worker-options.ts';

/** The pool that the options ask for, not yet started. */
export function createPool(runtime: AppRuntime, options: ResolvedWorkerOptions, host: PoolHost): Pool {
  const { hostname, concurrency, appModule, exportName, procAliveTimeoutMs, execArgv } = options;
  switch (options.pool) {
    case 'async':
      return new AsyncPool({ runtime, host, hostname, concurrency });
    case 'solo':
      return new SoloPool({ runtime, host, hostname });
    case 'prefork':
      return new PreforkPool({
        runtime,
        host,
        concurrency,
        setup: { appModule: appModule!, exportName, hostname },
        aliveTimeoutMs: procAliveTimeoutMs,
        execArgv,
        env: process.env,
      });
  }
}
