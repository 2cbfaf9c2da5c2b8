import { describe, expect, it } from 'vitest';
import { type AdmissionFacts, admit } from './admit.ts';

const now: AdmissionFacts = { isRegistered: true, isRevoked: false, nowMs: 1000 };

describe('admit', () => {
  it.each([
    ['run', 'nothing speaks against it', {}, {}],
    ['run', 'its time has come', { etaMs: 1000 }, {}],
    ['hold', 'it is too early', { etaMs: 1001 }, {}],
    ['hold', 'it is due in the year 9999', { etaMs: 253_402_300_799_000 }, {}],
    ['run', 'it expires right now', { expiresMs: 1000 }, {}],
    ['expired', 'C9: it is too late', { expiresMs: 999 }, {}],
    ['expired', 'it is too late, whatever its eta', { expiresMs: 999, etaMs: 5000 }, {}],
    ['hold', 'it expires before its eta, but not yet', { expiresMs: 2000, etaMs: 5000 }, {}],
    ['revoked', 'somebody revoked it', {}, { isRevoked: true }],
    ['revoked', 'revoked comes before expired', { expiresMs: 1 }, { isRevoked: true }],
    ['unknown', 'nobody registered it', {}, { isRegistered: false, isRevoked: true }],
  ] as const)('%s: %s', (expected, _why, request, facts) => {
    expect(admit({ etaMs: null, expiresMs: null, ...request }, { ...now, ...facts })).toBe(expected);
  });
});
