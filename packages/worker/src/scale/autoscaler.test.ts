import { FakeClock } from '@celeriac/testkit';
import { expect, test } from 'vitest';
import type { Pool } from '../pool/pool.ts';
import { celeryRule } from './autoscale-rule.ts';
import { Autoscaler, type AutoscalerParts } from './autoscaler.ts';

/** An autoscaler of a pool that can have ten slots. */
function scaled(parts: Partial<AutoscalerParts>): { scaler: Autoscaler; errors: string[] } {
  const errors: string[] = [];
  let concurrency = 1;
  const pool = {
    get concurrency() {
      return concurrency;
    },
    grow: (count: number): void => {
      if (concurrency + count > 10) throw new RangeError('A pool has at most 10 children.');
      concurrency += count;
    },
    shrink: (count: number): void => {
      concurrency -= count;
    },
  } as unknown as Pool;
  const log = { debug() {}, info() {}, warning() {}, error: (text: string) => void errors.push(text) };
  const scaler = new Autoscaler(
    {
      pool,
      max: 5,
      min: 1,
      most: 10,
      rule: celeryRule,
      reserved: () => 100,
      onScaled: () => {},
      clock: new FakeClock(),
      logger: { ...log, isEnabled: () => true },
      ...parts,
    },
    1,
  );
  return { scaler, errors };
}

test('bounds beyond what the pool can have are refused, and change nothing', () => {
  const { scaler } = scaled({});
  expect(() => scaler.update(11, 1)).toThrow(RangeError);
  expect(scaler.update(10, 2)).toEqual({ max: 10, min: 2 });
  scaler.scale();
  expect(scaler.info).toMatchObject({ max: 10, min: 2, current: 10 });
});

test.each([
  ['the pool', { max: 50, most: 50 }, /at most 10 children/],
  [
    'the rule',
    {
      rule: () => {
        throw new Error('no idea');
      },
    },
    /no idea/,
  ],
])('what %s throws is logged, and looked at again', (_what, parts, message) => {
  const { scaler, errors } = scaled(parts);
  scaler.scale();
  scaler.scale();
  expect(errors).toEqual([expect.stringMatching(message), expect.stringMatching(message)]);
  expect(scaler.info['current']).toBe(1);
});
