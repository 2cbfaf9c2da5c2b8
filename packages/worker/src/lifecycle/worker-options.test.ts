import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { resolveWorkerOptions, type WorkerOptions, type WorkerSettings } from './worker-options.ts';

const settings: WorkerSettings = {
  workerPool: 'prefork',
  workerConcurrency: undefined,
  workerChildConcurrency: 1,
  workerMaxTasksPerChild: undefined,
  workerMaxMemoryPerChild: undefined,
  workerPrefetchMultiplier: 4,
  workerDisablePrefetch: false,
  workerSendTaskEvents: false,
  workerProcAliveTimeout: 4,
  workerStateDb: undefined,
};

describe('resolveWorkerOptions', () => {
  it('takes what is not given from the settings', () => {
    const resolved = resolveWorkerOptions({ appModule: '/srv/app.ts' }, settings);
    expect(resolved).toMatchObject({
      pool: 'prefork',
      concurrency: availableParallelism(),
      prefetchMultiplier: 4,
      appModule: 'file:///srv/app.ts',
      procAliveTimeoutMs: 4000,
    });
  });

  it('solo runs one task at a time, whatever the settings say', () => {
    expect(resolveWorkerOptions({ pool: 'solo' }, { ...settings, workerConcurrency: 8 }).concurrency).toBe(1);
  });

  it.each<[string, object]>([
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: -1 }],
    ['concurrency', { concurrency: 1e6 }],
    ['concurrency', { concurrency: 1.5 }],
    ['concurrency', { concurrency: 'x' }],
    ['concurrency', { concurrency: Number.NaN }],
    ['prefetchMultiplier', { prefetchMultiplier: -1 }],
    ['prefetchMultiplier', { prefetchMultiplier: '4' }],
    ['pool', { pool: 'no pool' }],
    ['childConcurrency', { pool: 'threads', childConcurrency: 0 }],
    ['autoscale', { autoscale: { max: 0, min: 0 } }],
    ['autoscale', { autoscale: { max: 2, min: 3 } }],
    ['optimization', { optimization: 'fast' }],
    ['maxTasksPerChild', { maxTasksPerChild: 0 }],
    ['maxMemoryPerChild', { maxMemoryPerChild: -1 }],
    ['timeLimit', { timeLimit: 0 }],
    ['timeLimit', { timeLimit: Number.POSITIVE_INFINITY }],
    ['softTimeLimit', { timeLimit: 1, softTimeLimit: 2 }],
    ['pool', { pool: '__proto__' }],
    ['queues', { queues: 'celery' }],
    ['queues', { queues: [''] }],
    ['appModule', { pool: 'prefork' }],
    ['procAliveTimeoutMs', { procAliveTimeoutMs: 0 }],
  ])('M36: refuses a bad %s: %o', (option, bad) => {
    const resolve = () => resolveWorkerOptions({ pool: 'async', ...bad } as WorkerOptions, settings);
    expect(resolve).toThrow(expect.objectContaining({ code: 'CLR_WORKER_OPTION', option }));
  });
});
