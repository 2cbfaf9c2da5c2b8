import { expect, test } from 'vitest';
import { intervalOfRate } from './interval-of-rate.ts';

test.each<[string | number, number]>([
  ['10/s', 100],
  ['10/m', 6000],
  ['2/h', 1_800_000],
  ['0.5/s', 2000],
  [4, 250],
  ['4', 250],
])('%s is one every %d ms', (rate, expected) => {
  expect(intervalOfRate(rate)).toBe(expected);
});

test.each(['', '0', '-1/s', '10/d', 'often', Number.NaN])('%s is no rate', (rate) => {
  expect(() => intervalOfRate(rate)).toThrow(RangeError);
});
