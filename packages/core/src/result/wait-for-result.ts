import type { ResultMeta } from '@celeriac/protocol';
import { isReady, PROPAGATE_STATES } from '@celeriac/protocol/basics';
import type { WaitOptions } from './result-node.ts';
import type { ResultSource } from './result-source.ts';

/**
 * Waits for a result, or for the failure of one of its parents: of what will never be sent nobody tells.
 * @returns the parent's meta when that failed
 * @see celery/result.py AsyncResult._maybe_reraise_parent_error
 */
export async function waitForResult(
  source: ResultSource,
  id: string,
  parents: readonly string[],
  { timeoutMs, signal }: WaitOptions,
): Promise<ResultMeta> {
  const wait = { timeoutMs, signal };
  if (parents.length === 0) return source.wait(id, wait);
  const over = new AbortController();
  const watched = { signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]) };
  const failure = Promise.withResolvers<ResultMeta>();
  for (const parent of parents) {
    source.wait(parent, watched).then(
      (meta) => {
        if (PROPAGATE_STATES.has(meta.status)) failure.resolve(meta);
      },
      // Whatever ends this wait ends the other one too.
      () => {},
    );
  }
  const own = source.wait(id, { ...wait, signal: watched.signal });
  try {
    const first = await Promise.race([own, failure.promise]);
    if (first.task_id === id) return first;
    // Its own outcome, when that is there already, says more.
    const last = await source.load(id).catch(() => undefined);
    return last !== undefined && isReady(last.status) ? last : first;
  } finally {
    own.catch(() => {});
    over.abort(DONE);
  }
}

const DONE = new Error('the wait is over');
