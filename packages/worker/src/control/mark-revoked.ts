import type { AppRuntime } from '@celeriac/core/internal';
import { celeryExceptions, isoNaive } from '@celeriac/protocol';

/** States that a task has before it runs. */
const BEFORE_ITS_RUN: ReadonlySet<string> = new Set(['PENDING', 'RECEIVED', 'RETRY', 'REJECTED']);

/**
 * Stores REVOKED for tasks that this worker does not have, so that who waits for them learns of it before a worker takes
 * them from their queue. A task that another worker runs, or that has ended, keeps its state.
 * @see celery/worker/control.py _revoke
 */
export async function markRevoked(ids: readonly string[], runtime: AppRuntime): Promise<void> {
  if (ids.length === 0) return;
  try {
    const backend = await runtime.backend();
    if (backend?.capabilities.shared !== true) return;
    const standing = await backend.load(ids);
    const result = celeryExceptions.taskRevoked('revoked');
    const date_done = isoNaive(runtime.clock.now());
    const waiting = ids.filter((_id, at) => BEFORE_ITS_RUN.has(standing[at]?.status ?? 'PENDING'));
    await Promise.all(
      waiting.map((task_id) =>
        runtime.results.store({
          meta: { status: 'REVOKED', result, traceback: null, children: [], date_done, task_id },
        }),
      ),
    );
  } catch (error) {
    runtime.logger.warning('Revoked tasks could not be marked in the result store', { error });
  }
}
