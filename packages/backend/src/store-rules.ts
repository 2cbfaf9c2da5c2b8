import { isReady } from '@celeriac/protocol';
import type { StoreOutcome, StoreRequest } from './backend.ts';

/**
 * Whether a state that is stored stays although another one comes. A SUCCESS always does. A RETRY is stored after the next
 * attempt was sent, which may have ended by then: the end of a task stays.
 * @param standing - the status that is stored; undefined for none
 */
export function outlasts(standing: string | undefined, status: string): boolean {
  if (standing === undefined) return false;
  return standing === 'SUCCESS' || (status === 'RETRY' && isReady(standing));
}

/** Which requests of a batch are written. */
export interface StoreDecision {
  /** What to report, in the order of the requests. */
  readonly outcomes: readonly StoreOutcome[];
  /** The requests to write: at most one for each task id, in the order in which the ids first won. */
  readonly winners: readonly StoreRequest[];
}

/**
 * Decides a batch. What {@link outlasts} another state, stored before or earlier in the batch, is not overwritten by it; of
 * several requests for one id the last one stands otherwise, and the ones before it count as stored, since they would have been overwritten anyway.
 * @param standing - the status stored under a task id now; undefined for unknown ids
 * @param held - guards returned by the joint statement; undefined without joint work, then guards mean nothing
 * @see celery/backends/base.py BaseKeyValueStoreBackend._store_result
 */
export function decideStores(
  requests: readonly StoreRequest[],
  standing: (taskId: string) => string | undefined,
  held?: ReadonlySet<string>,
): StoreDecision {
  const outcomes: StoreOutcome[] = [];
  const winners = new Map<string, StoreRequest>();
  for (const request of requests) {
    const taskId = request.meta.task_id;
    const outcome = decideOne(request, winners.get(taskId)?.meta.status ?? standing(taskId), held);
    if (outcome === 'stored') winners.set(taskId, request);
    outcomes.push(outcome);
  }
  return { outcomes, winners: [...winners.values()] };
}

function decideOne(
  request: StoreRequest,
  standing: string | undefined,
  held: ReadonlySet<string> | undefined,
): StoreOutcome {
  if (held !== undefined && request.guard !== undefined && !held.has(request.guard)) return 'not-held';
  return outlasts(standing, request.meta.status) ? 'final' : 'stored';
}
