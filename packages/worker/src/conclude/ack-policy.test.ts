import { describe, expect, it } from 'vitest';
import { type AckCase, settlementOf } from './ack-policy.ts';

const late = { acksLate: true, acksOnFailureOrTimeout: true, rejectOnWorkerLost: false };

describe('settlementOf', () => {
  it.each<[AckCase, Partial<typeof late>, string]>([
    ['success', {}, 'ack'],
    ['failure', {}, 'ack'],
    ['failure', { acksOnFailureOrTimeout: false }, 'discard'],
    ['timeout', {}, 'ack'],
    ['timeout', { acksOnFailureOrTimeout: false }, 'discard'],
    ['retry', {}, 'ack'],
    ['ignore', {}, 'ack'],
    ['reject', {}, 'discard'],
    ['reject-requeue', {}, 'requeue'],
    ['worker-lost', {}, 'ack'],
    ['worker-lost', { acksOnFailureOrTimeout: false }, 'discard'],
    ['worker-lost', { rejectOnWorkerLost: true }, 'requeue'],
    ['worker-lost', { rejectOnWorkerLost: true, acksLate: false }, 'ack'],
    ['revoked', { acksOnFailureOrTimeout: false }, 'ack'],
    ['not-registered', {}, 'discard'],
    ['undecodable', {}, 'ack'],
    ['invalid', {}, 'discard'],
    ['poison', {}, 'ack'],
  ])('%s with %o: %s', (ackCase, options, expected) => {
    expect(settlementOf(ackCase, { ...late, ...options })).toBe(expected);
  });
});
