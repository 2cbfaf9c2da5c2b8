import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextShutdown,
  RUNNING,
  type ShutdownCause,
  type ShutdownFacts,
  type ShutdownPhase,
} from './shutdown-policy.ts';

const PLAIN: ShutdownFacts = { isSoft: false, remapsTerm: false };
const after = (causes: readonly ShutdownCause[], facts: ShutdownFacts): ShutdownPhase =>
  causes.reduce((state, cause) => nextShutdown(state, cause, facts), RUNNING).phase;

describe('nextShutdown', () => {
  it.each<[ShutdownPhase, ShutdownCause[], Partial<ShutdownFacts>?]>([
    ['running', []],
    ['warm', ['SIGTERM']],
    ['warm', ['SIGINT']],
    ['warm', ['SIGHUP']],
    ['cold', ['SIGQUIT']],
    ['warm', ['failure']],
    ['cold', ['SIGINT', 'SIGINT']],
    ['warm', ['SIGTERM', 'SIGINT']],
    ['cold', ['SIGTERM', 'SIGINT', 'SIGINT']],
    ['cold', ['SIGINT', 'SIGTERM', 'SIGINT']],
    ['cold', ['SIGTERM', 'SIGQUIT']],
    ['cold', ['SIGQUIT', 'SIGTERM']],
    ['hard', ['SIGTERM', 'SIGQUIT', 'SIGQUIT']],
    ['cold', ['SIGQUIT', 'SIGINT']],
    ['hard', ['SIGQUIT', 'SIGTERM', 'SIGINT', 'SIGINT']],
    ['hard', ['SIGQUIT', 'SIGQUIT', 'SIGQUIT']],
    ['hard', ['SIGINT', 'SIGINT', 'SIGINT']],
    ['warm', ['SIGTERM', 'SIGTERM', 'SIGTERM', 'SIGTERM']],
    ['warm', ['SIGINT', 'failure']],
    ['soft', ['SIGQUIT'], { isSoft: true }],
    ['soft', ['SIGINT', 'SIGINT'], { isSoft: true }],
    ['soft', ['SIGQUIT', 'SIGTERM'], { isSoft: true }],
    ['cancel', ['SIGQUIT', 'SIGQUIT'], { isSoft: true }],
    ['hard', ['SIGQUIT', 'SIGINT', 'SIGINT'], { isSoft: true }],
    ['cold', ['SIGTERM'], { remapsTerm: true }],
    ['cold', ['SIGTERM', 'SIGTERM'], { remapsTerm: true }],
    ['hard', ['SIGTERM', 'SIGTERM', 'SIGTERM'], { remapsTerm: true }],
    ['hard', ['SIGQUIT', 'SIGQUIT', 'SIGQUIT'], { isSoft: true }],
    ['soft', ['SIGTERM'], { remapsTerm: true, isSoft: true }],
  ])('K30 K31 K32 K33: %s after %j %j', (expected, causes, facts) => {
    expect(after(causes, { ...PLAIN, ...facts })).toBe(expected);
  });

  it('never goes back', () => {
    const rank = { running: 0, warm: 1, soft: 2, cancel: 3, cold: 3, hard: 4 };
    const cause = fc.constantFrom<ShutdownCause>('SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'failure');
    const facts = fc.record({ isSoft: fc.boolean(), remapsTerm: fc.boolean() });
    fc.assert(
      fc.property(fc.array(cause, { maxLength: 30 }), cause, facts, (causes, last, known) => {
        const before = causes.reduce((state, one) => nextShutdown(state, one, known), RUNNING);
        const next = nextShutdown(before, last, known);
        expect(rank[next.phase]).toBeGreaterThanOrEqual(Math.max(1, rank[before.phase]));
      }),
    );
  });
});
