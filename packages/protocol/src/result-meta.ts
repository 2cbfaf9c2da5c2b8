import type { ResultTuple } from './signature-json.ts';
import type { TaskState } from './states.ts';

/** A stored exception. @see celery/backends/base.py prepare_exception */
export interface ExceptionInfo {
  /** The class's qualified name: `ValueError`, `Outer.Inner`. */
  readonly exc_type: string;
  /** The arguments of the exception; a single text when another client stored it so. */
  readonly exc_message: readonly unknown[] | string;
  /** `builtins` for Python's own; null when unknown. */
  readonly exc_module: string | null;
}

/**
 * The outcome of a task as result stores keep it, by Celery's names and in Celery's key order.
 * `result` is the value (SUCCESS), an {@link ExceptionInfo} (FAILURE, RETRY, REVOKED) or the caller's meta (other states).
 */
export interface ResultMeta {
  readonly status: TaskState;
  readonly result: unknown;
  readonly traceback: string | null;
  readonly children: readonly ResultTuple[];
  /** ISO time, null for states that are not final. */
  readonly date_done: string | null;
  readonly group_id?: string;
  readonly parent_id?: string;
  /** The next six only with `resultExtended`. */
  readonly name?: string;
  readonly args?: unknown;
  readonly kwargs?: unknown;
  readonly worker?: string;
  readonly retries?: number;
  readonly queue?: string;
  readonly stamps?: { readonly [name: string]: unknown };
  readonly stamped_headers?: readonly string[];
  readonly task_id: string;
}
