import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lockWaitMs } from './lock-wait.ts';

test('waits are short at first and never long', () => {
  expect(lockWaitMs(1, 0.5)).toBe(1);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
      const ms = lockWaitMs(attempts, random);
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThanOrEqual(75);
    }),
  );
});

test('those who wait together do not come back together', () => {
  expect(lockWaitMs(5, 0.1)).not.toBe(lockWaitMs(5, 0.9));
});
