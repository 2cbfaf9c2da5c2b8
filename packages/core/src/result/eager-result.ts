import type { ResultMeta } from '@celeriac/protocol';
import { AsyncResult } from './async-result.ts';
import type { ErrorRegistry } from './failure-error.ts';

/** The result of a task that ran in the calling process. Ready as soon as it exists. @see celery/result.py EagerResult */
export class EagerResult<Result = unknown> extends AsyncResult<Result> {
  constructor(meta: ResultMeta, errors: ErrorRegistry) {
    super(meta.task_id, {
      load: async () => meta,
      wait: async () => meta,
      forget: async () => {},
      errorOf: (failed) => errors.errorOf(failed),
    });
  }
}
