import { expect, test } from 'vitest';
import { entries } from '../systems/entries.ts';
import { jobs } from './jobs.ts';
import { latency } from './latency.ts';
import { load } from './load.ts';
import { roundsOf, takesPart } from './plan.ts';
import { throughput } from './throughput.ts';

const all = { quick: false, rounds: undefined, jobs: undefined };
const quick = { ...all, quick: true };

test.each([
  ['as planned', latency, 'rabbitmq', all, latency.rounds.full],
  ['quick', latency, 'redis', quick, latency.rounds.quick],
  ['a quick run leaves out brokers', latency, 'rabbitmq', quick, 0],
  ['and jobs', load, 'redis', quick, 0],
  ['unless they are named', load, 'redis', { ...quick, jobs: ['load'] }, 1],
  ['others are named', load, 'redis', { ...all, jobs: ['latency'] }, 0],
  ['not on this broker', load, 'sqlite', { ...all, jobs: ['load'] }, 0],
  ['as often as asked', latency, 'redis', { ...all, rounds: 9 }, 9],
] as const)('%s', (_name, job, broker, asked, rounds) => {
  expect(roundsOf(job, broker, asked)).toBe(rounds);
});

test('the smallest message takes part in throughput alone', () => {
  const bare = entries.find(({ name }) => name === 'bare')!;
  expect(jobs.filter((job) => takesPart(bare, job, all))).toEqual([throughput]);
});

test('who keeps no results has no calls', () => {
  const graphile = entries.find(({ name }) => name === 'graphile-worker')!;
  expect([takesPart(graphile, throughput, all), takesPart(graphile, latency, all)]).toEqual([true, false]);
});

test('a quick run leaves out systems that no goal looks at, unless the job is named', () => {
  const celery = entries.find(({ name }) => name === 'celery')!;
  expect(takesPart(celery, latency, all)).toBe(true);
  expect(takesPart(celery, latency, quick)).toBe(false);
  expect(takesPart(celery, latency, { ...quick, jobs: ['latency'] })).toBe(true);
});
