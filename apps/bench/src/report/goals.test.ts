import { expect, test } from 'vitest';
import { Measurements } from '../measure/measurements.ts';
import { type Goal, judge } from './goals.ts';

const figure = { job: 'drain', broker: 'redis', variant: 'c=100' } as const;

function measured(own: readonly number[], other: readonly number[]): Measurements {
  const measurements = new Measurements();
  for (const value of own) measurements.add({ ...figure, system: 'celeriac' }, 'tasks/s', value);
  for (const value of other) measurements.add({ ...figure, system: 'peer' }, 'tasks/s', value);
  return measurements;
}

test.each([
  ['at least, reached', { atLeast: 2 }, 2, true],
  ['at least, missed', { atLeast: 2.1 }, 2, false],
  ['at most, reached', { atMost: 2 }, 2, true],
  ['at most, missed', { atMost: 1.9 }, 2, false],
  ['something added to the other', { atMost: 1, plus: 100 }, 1, true],
] as const)('%s', (_name, bound, reached, met) => {
  const goal: Goal = { name: 'goal', figure, against: 'peer', ...bound };
  // Medians: 200 and 100.
  expect(judge([goal], measured([200, 1, 900], [100, 90, 110]))).toMatchObject([{ goal, reached, met }]);
});

test('a figure by itself', () => {
  const goal: Goal = { name: 'goal', figure, atMost: 150 };
  expect(judge([goal], measured([149], []))[0]?.met).toBe(true);
});

test('what was not measured is neither met nor missed', () => {
  const goal: Goal = { name: 'goal', figure, against: 'absent', atLeast: 1 };
  expect(judge([goal], measured([1], []))).toMatchObject([{ goal, reached: undefined, met: undefined }]);
});

test('the smallest message stands beside a goal against the raw client, and decides nothing', () => {
  const measurements = measured([200], []);
  measurements.add({ ...figure, system: 'raw' }, 'tasks/s', 100);
  measurements.add({ ...figure, system: 'bare' }, 'tasks/s', 400);
  const [beside, without] = judge(
    [
      { name: 'raw', figure, against: 'raw', atLeast: 2 },
      { name: 'itself', figure, atLeast: 1 },
    ],
    measurements,
  );
  expect(beside).toMatchObject({ reached: 2, met: true, besideBare: 0.5 });
  expect(without?.besideBare).toBeUndefined();
});
