import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextShutdown, RUNNING, type ShutdownCause, type ShutdownPhase } from './shutdown-policy.ts';

const after = (causes: readonly ShutdownCause[]): ShutdownPhase => causes.reduce(nextShutdown, RUNNING).phase;

describe('nextShutdown', () => {
  it.each<[ShutdownPhase, ShutdownCause[]]>([
    ['running', []],
    ['warm', ['SIGTERM']],
    ['warm', ['SIGINT']],
    ['cold', ['SIGQUIT']],
    ['warm', ['failure']],
    ['cold', ['SIGINT', 'SIGINT']],
    ['warm', ['SIGTERM', 'SIGINT']],
    ['cold', ['SIGTERM', 'SIGINT', 'SIGINT']],
    ['cold', ['SIGINT', 'SIGTERM', 'SIGINT']],
    ['cold', ['SIGTERM', 'SIGQUIT', 'SIGQUIT']],
    ['warm', ['SIGTERM', 'SIGTERM', 'SIGTERM', 'SIGTERM']],
    ['warm', ['SIGINT', 'failure']],
  ])('%s after %j', (expected, causes) => {
    expect(after(causes)).toBe(expected);
  });

  it('never goes back', () => {
    const rank = { running: 0, warm: 1, cold: 2 };
    const cause = fc.constantFrom<ShutdownCause>('SIGTERM', 'SIGINT', 'SIGQUIT', 'failure');
    fc.assert(
      fc.property(fc.array(cause, { maxLength: 30 }), cause, (causes, next) => {
        const before = causes.reduce(nextShutdown, RUNNING);
        expect(rank[nextShutdown(before, next).phase]).toBeGreaterThanOrEqual(Math.max(1, rank[before.phase]));
      }),
    );
  });
});
