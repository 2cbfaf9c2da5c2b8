import type { ResultMeta } from '@celeriac/protocol';
import { AsyncResult } from './async-result.ts';
import type { ErrorRegistry } from './failure-error.ts';
import { resultSource } from './node-of.ts';
import type { ResultNode } from './result-node.ts';

/** The result of a task that ran in the calling process. Ready as soon as it exists. @see celery/result.py EagerResult */
export class EagerResult<Result = unknown> extends AsyncResult<Result> {
  constructor(meta: ResultMeta, errors: ErrorRegistry, origin?: { readonly parent?: ResultNode | undefined }) {
    super(meta.task_id, resultSource(storeOf(meta, errors)), origin);
  }
}

function storeOf(meta: ResultMeta, errors: ErrorRegistry): Parameters<typeof resultSource>[0] {
  return {
    load: async () => meta,
    wait: async () => meta,
    forget: async () => {},
    // It has run already.
    revoke: async () => [],
    saveGroup: async () => {},
    loadGroup: async () => undefined,
    errorOf: (failed) => errors.errorOf(failed),
  };
}
