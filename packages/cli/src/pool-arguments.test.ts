import { describe, expect, it } from 'vitest';
import { UsageError } from './cli-error.ts';
import type { ParsedOptions } from './definitions/define.ts';
import { readPoolArguments } from './pool-arguments.ts';

function problemOf(options: ParsedOptions): UsageError {
  try {
    readPoolArguments(options);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('readPoolArguments', () => {
  it('leaves out what is not given', () => {
    expect(readPoolArguments({})).toEqual({});
  });

  it('reads what is given', () => {
    expect(
      readPoolArguments({
        pool: 'Threads',
        concurrency: '4',
        childConcurrency: '10',
        autoscale: '10,2',
        optimization: 'fair',
        maxTasksPerChild: '100',
        maxMemoryPerChild: '200000',
        timeLimit: '30',
        softTimeLimit: '2.5',
        prefetchMultiplier: '0',
        disablePrefetch: true,
      }),
    ).toEqual({
      pool: 'threads',
      concurrency: 4,
      childConcurrency: 10,
      autoscale: { max: 10, min: 2 },
      optimization: 'fair',
      maxTasksPerChild: 100,
      maxMemoryPerChild: 200_000,
      timeLimit: 30,
      softTimeLimit: 2.5,
      prefetchMultiplier: 0,
      disablePrefetch: true,
    });
  });

  it.each([
    ['7', { max: 7, min: 0 }],
    ['2,10', { max: 10, min: 2 }],
  ])('--autoscale=%s', (autoscale, expected) => {
    expect(readPoolArguments({ autoscale })).toEqual({ autoscale: expected });
  });

  it.each([
    ['gevent', 'gevent'],
    ['@acme/pool-ssh', '@acme/pool-ssh'],
  ])('--pool %s', (pool, expected) => {
    expect(readPoolArguments({ pool })).toEqual({ pool: expected });
  });

  it.each<[string, ParsedOptions]>([
    ['--pool', { pool: 'prefrok' }],
    ['--concurrency', { concurrency: '0' }],
    ['--child-concurrency', { childConcurrency: 'many' }],
    ['--autoscale', { autoscale: '1,2,3' }],
    ['--autoscale', { autoscale: 'x' }],
    ['--autoscale', { autoscale: '0,0' }],
    ['--max-tasks-per-child', { maxTasksPerChild: '0' }],
    ['--max-memory-per-child', { maxMemoryPerChild: '-1' }],
    ['--time-limit', { timeLimit: '0' }],
    ['--time-limit', { timeLimit: 'Infinity' }],
    ['--soft-time-limit', { timeLimit: '1', softTimeLimit: '2' }],
    ['--prefetch-multiplier', { prefetchMultiplier: '1e99' }],
  ])('M36: refuses a bad %s: %o', (option, options) => {
    const { code, message } = problemOf(options);
    expect([code, message]).toEqual(['CLR_USAGE', expect.stringContaining(option)]);
  });
});
