import { expect, test } from 'vitest';
import { Measurements } from '../measure/measurements.ts';
import { chart } from './chart.ts';
import { judge } from './goals.ts';
import { figureTables, goalTable, readable } from './markdown.ts';

function sample(): Measurements {
  const measurements = new Measurements();
  const key = { job: 'drain', broker: 'redis', variant: 'c=100' } as const;
  for (const value of [40_000, 41_234, 39_000]) measurements.add({ ...key, system: 'celeriac' }, 'tasks/s', value);
  measurements.add({ ...key, system: 'a<b&c' }, 'tasks/s', 18_000);
  return measurements;
}

test.each([
  [41_234, '41,200'],
  [0.9512, '0.95'],
  [123.4, '123'],
  [Number.NaN, '–'],
])('%d reads %s', (value, text) => {
  expect(readable(value)).toBe(text);
});

test('figures: a line for each variant, a column for each system, the spread where there is one', () => {
  expect(figureTables(sample().all())).toBe(
    [
      '### drain, redis (tasks/s)',
      '',
      '| | celeriac | a<b&c |',
      '|---|---|---|',
      '| c=100 | **40,000** (39,000–41,200) | 18,000 |',
      '',
    ].join('\n'),
  );
});

test('goals say what was wanted and what was reached', () => {
  const figure = { job: 'drain', broker: 'redis', variant: 'c=100' } as const;
  const reports = judge(
    [
      { name: 'one', figure, against: 'a<b&c', atLeast: 2 },
      { name: 'two', figure, against: 'a<b&c', atLeast: 3 },
      { name: 'three', figure, against: 'nobody', atMost: 1 },
    ],
    sample(),
  );
  expect(goalTable(reports).split('\n').slice(2, 5)).toEqual([
    '| one | ≥ 2 × a<b&c | 2.2 | met |  |',
    '| two | ≥ 3 × a<b&c | 2.2 | **not met** |  |',
    '| three | ≤ 1 × nobody | – | not measured |  |',
  ]);
});

test('the chart escapes names and draws a bar for each system, the longest first', () => {
  const svg = chart(sample().all());
  expect(svg).toContain('a&lt;b&amp;c');
  expect(svg.indexOf('>celeriac<')).toBeLessThan(svg.indexOf('>a&lt;b'));
  expect(svg.match(/<rect x=/g)).toHaveLength(2);
});
