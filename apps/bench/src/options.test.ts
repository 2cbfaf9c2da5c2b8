import { expect, test } from 'vitest';
import { BenchOptionError, HELP, readOptions } from './options.ts';

test('nothing said: everything, at length', () => {
  expect(readOptions([])).toMatchObject({ quick: false, systems: undefined, concurrency: [1, 10, 100], seconds: 1.5 });
});

test('lists are read, concurrencies in rising order', () => {
  const options = readOptions(['--systems', 'celeriac, raw', '--concurrency', '100,1', '--rounds', '2']);
  expect(options).toMatchObject({ systems: ['celeriac', 'raw'], concurrency: [1, 100], rounds: 2 });
});

test.each([
  [['--systems', 'sidekiq'], 'sidekiq'],
  [['--brokers', 'kafka'], 'kafka'],
  [['--jobs', 'nothing'], 'nothing'],
  [['--rounds', '0'], 'rounds'],
  [['--seconds', 'soon'], 'seconds'],
  [['--concurrency', '1.5'], 'concurrency'],
  [['--frobnicate'], 'frobnicate'],
])('%j is refused, naming what is wrong', (args, word) => {
  expect(() => readOptions(args)).toThrow(BenchOptionError);
  expect(() => readOptions(args)).toThrow(word);
});

test('--regression is a small run that is checked, and what else is said counts', () => {
  expect(readOptions(['--regression', '--rounds', '5'])).toMatchObject({
    regression: true,
    check: true,
    systems: ['celeriac', 'raw'],
    jobs: ['throughput'],
    rounds: 5,
  });
});

test('earlier runs are named one after the other', () => {
  expect(readOptions(['--from', 'a.json,/b.json'], '/home').from).toEqual(['/home/a.json', '/b.json']);
});

test('files and folders are where the person is', () => {
  const args = ['--json', 'a.json', '--out', 'figures', '--profile', '/profiles'];
  const paths = { json: '/home/a.json', out: '/home/figures', profile: '/profiles' };
  expect(readOptions(args, '/home')).toMatchObject(paths);
});

test('the help names every job', () => {
  for (const name of ['throughput', 'latency', 'start-up']) expect(HELP).toContain(name);
});
