import type { TaskRequest } from '@celeriac/protocol';

/** Why a task is not run. */
export type DiscardReason = 'unknown' | 'revoked' | 'expired';

/** What happens to a task that was just received, or is about to start. */
export type Admission = 'run' | 'hold' | DiscardReason;

/** What the decision is made of. */
export interface AdmissionFacts {
  /** A task of this name is registered. */
  readonly isRegistered: boolean;
  readonly isRevoked: boolean;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/**
 * Decides about a task: at receipt, and again as it is about to start, since it may have waited long.
 * @see celery/worker/strategy.py default, celery/worker/request.py Request.revoked
 */
export function admit(request: Pick<TaskRequest, 'etaMs' | 'expiresMs'>, facts: AdmissionFacts): Admission {
  const { isRegistered, isRevoked, nowMs } = facts;
  if (!isRegistered) return 'unknown';
  if (isRevoked) return 'revoked';
  if (request.expiresMs !== null && nowMs > request.expiresMs) return 'expired';
  return request.etaMs !== null && request.etaMs > nowMs ? 'hold' : 'run';
}
