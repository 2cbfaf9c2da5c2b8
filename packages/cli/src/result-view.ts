import { EXCEPTION_STATES, type ExceptionInfo, exceptionRepr, isRecord, type ResultMeta } from '@celeriac/protocol';

/** A result as `--json` prints it. */
export interface ResultView {
  readonly id: string;
  readonly state: string;
  /** The task's value; null for an exception and while there is none. */
  readonly value: unknown;
  readonly exception: ExceptionInfo | null;
  readonly traceback: string | null;
  /** ISO time, null while it is not final. */
  readonly dateDone: string | null;
}

/** @param meta - undefined: the store knows nothing of this id, which Celery calls PENDING */
export function resultView(id: string, meta: ResultMeta | undefined): ResultView {
  if (meta === undefined) {
    return { id, state: 'PENDING', value: null, exception: null, traceback: null, dateDone: null };
  }
  const failed = EXCEPTION_STATES.has(meta.status);
  return {
    id,
    state: meta.status,
    value: failed ? null : meta.result,
    exception: failed ? exceptionOf(meta.result) : null,
    traceback: meta.traceback,
    dateDone: meta.date_done,
  };
}

/** `ValueError('bad')`, empty when there is no exception. */
export function exceptionText({ exception }: ResultView): string {
  return exception === null ? '' : exceptionRepr(exception);
}

function exceptionOf(value: unknown): ExceptionInfo {
  if (isExceptionInfo(value)) return value;
  const text = value instanceof Error ? value.message : String(value);
  return { exc_type: 'Error', exc_message: [text], exc_module: null };
}

function isExceptionInfo(value: unknown): value is ExceptionInfo {
  return isRecord(value) && typeof value['exc_type'] === 'string' && 'exc_message' in value;
}
