import { expect, test } from 'vitest';
import { median, quantile } from './statistics.ts';

test.each([
  [[3], 3],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('a quantile lies between its neighbours by proportion', () => {
  expect(quantile([0, 10], 0.25)).toBe(2.5);
  expect(quantile([0, 10, 20], 1)).toBe(20);
});

test('nothing has no median', () => {
  expect(() => median([])).toThrow(RangeError);
});
