import type { FailureOutcome, RevokedOutcome } from '@celeriac/core/internal';
import { celeryExceptions, toExceptionInfo, tracebackOf } from '@celeriac/protocol';

/** Its hard time limit ended the task. @see celery/worker/request.py on_timeout */
export function timedOut(limitMs: number): FailureOutcome {
  return {
    kind: 'failure',
    exception: celeryExceptions.timeLimitExceeded(limitMs / 1000),
    traceback: null,
    expected: false,
    cause: 'timeout',
    children: [],
    embed: undefined,
    runtimeMs: limitMs,
  };
}

/** Somebody ended the task while it ran. @see celery/worker/request.py terminate */
export function terminated(signal: NodeJS.Signals): RevokedOutcome {
  return { kind: 'revoked', reason: 'terminated', signal };
}

/** The pool threw instead of running the task. */
export function refusedByPool(error: unknown): FailureOutcome {
  return {
    kind: 'failure',
    exception: toExceptionInfo(error),
    traceback: tracebackOf(error),
    expected: false,
    cause: 'error',
    children: [],
    embed: undefined,
    runtimeMs: 0,
  };
}
