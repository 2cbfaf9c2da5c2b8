import { describe, expect, it } from 'vitest';
import type { AckOptions } from '../request/ack-options.ts';
import { type AckCase, settlementOf } from './ack-policy.ts';

const late: AckOptions = {
  acksLate: true,
  acksOnFailureOrTimeout: true,
  acksOnFailure: undefined,
  acksOnTimeout: undefined,
  rejectOnWorkerLost: false,
};

describe('settlementOf', () => {
  it.each<[AckCase, Partial<AckOptions>, string]>([
    ['success', {}, 'ack'],
    ['failure', {}, 'ack'],
    ['failure', { acksOnFailureOrTimeout: false }, 'discard'],
    ['timeout', {}, 'ack'],
    ['timeout', { acksOnFailureOrTimeout: false }, 'requeue'],
    ['failure', { acksOnFailure: false }, 'discard'],
    ['timeout', { acksOnFailure: false }, 'ack'],
    ['failure', { acksOnTimeout: false }, 'ack'],
    ['timeout', { acksOnTimeout: false }, 'requeue'],
    ['failure', { acksOnFailureOrTimeout: false, acksOnFailure: true }, 'ack'],
    ['timeout', { acksOnFailureOrTimeout: false, acksOnTimeout: true }, 'ack'],
    ['worker-lost', { acksOnFailure: false }, 'discard'],
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
