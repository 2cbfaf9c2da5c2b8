import type { ExceptionInfo, ResultMeta } from '@celeriac/protocol';
import { isRecord } from '@celeriac/protocol/basics';
import { TaskError, type TaskFailure, TaskRevokedError } from './result-errors.ts';

/** Makes the error that callers get for a failure. */
export type ErrorFactory = (failure: TaskFailure) => Error;

/** The errors that results may turn into: only what was registered here is ever made, whatever a stored result names. */
export class ErrorRegistry {
  readonly #factories: Map<string, ErrorFactory> = new Map();

  /** @param name - class name, or `module.ClassName` */
  register(name: string, make: ErrorFactory): void {
    this.#factories.set(name, make);
  }

  /** The error to throw for a stored failure. */
  errorOf(meta: ResultMeta): Error {
    const failure = { taskId: meta.task_id, exception: exceptionOf(meta.result), traceback: meta.traceback };
    const { exc_module: module, exc_type: type } = failure.exception;
    const make = this.#factories.get(`${module}.${type}`) ?? this.#factories.get(type);
    if (make !== undefined) return make(failure);
    return meta.status === 'REVOKED' ? new TaskRevokedError(failure) : new TaskError(failure);
  }
}

/** What another program stored may be anything. */
function exceptionOf(result: unknown): ExceptionInfo {
  if (isRecord(result) && typeof result['exc_type'] === 'string') {
    const { exc_type, exc_message, exc_module } = result;
    return {
      exc_type,
      exc_message: Array.isArray(exc_message) || typeof exc_message === 'string' ? exc_message : [],
      exc_module: typeof exc_module === 'string' ? exc_module : null,
    };
  }
  return { exc_type: 'Error', exc_message: result === null || result === undefined ? [] : [result], exc_module: null };
}
