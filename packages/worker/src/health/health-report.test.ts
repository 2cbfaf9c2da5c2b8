import { expect, test } from 'vitest';
import { type HealthFacts, liveAnswer, readyAnswer } from './health-report.ts';

const well: HealthFacts = {
  stall: undefined,
  answers: true,
  phase: 'running',
  hostname: 'a@b',
  active: 1,
  reserved: 2,
};

test.each([
  ['all is well', {}, 200, 200],
  ['the broker is away', { answers: false }, 200, 503],
  ['the consumer hangs', { stall: 'no word' }, 503, 503],
  ['starting', { phase: 'starting', answers: false }, 200, 503],
  ['ending', { phase: 'ending' }, 200, 503],
] as const)('%s: live and ready', (_name, change, live, ready) => {
  const facts = { ...well, ...change };
  expect([liveAnswer(facts).status, readyAnswer(facts).status]).toEqual([live, ready]);
});

test('what is wrong is said', () => {
  expect(readyAnswer({ ...well, answers: false }).body).toMatchObject({ reason: 'the broker does not answer' });
  expect(liveAnswer({ ...well, stall: 'no word' }).body).toMatchObject({ live: false, reason: 'no word' });
});
