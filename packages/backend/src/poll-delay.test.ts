import { describe, expect, it } from 'vitest';
import { pollDelayMs } from './poll-delay.ts';

describe('pollDelayMs', () => {
  it.each([
    ['results keep coming', 0, 0, 500],
    ['one quiet poll', 1, 0, 625],
    ['a long silence', 100, 0, 2000],
    ['one failure', 3, 1, 1000],
    ['an outage', 0, 50, 10_000],
  ])('%s', (_, quiet, failures, expected) => {
    expect(pollDelayMs({ baseMs: 500, quiet, failures })).toBe(expected);
  });

  it('is never shorter after a failure than before it', () => {
    expect(pollDelayMs({ baseMs: 60_000, quiet: 0, failures: 1 })).toBe(60_000);
  });
});
