import type { Embed, ExceptionInfo, ResultTuple, TaskCall } from '@celeriac/protocol';
import type { SignatureApplication } from '../signature/plan-signature.ts';

/**
 * How one run of a task ended. Plain data that survives JSON (a child process sends it to its parent), except `value`.
 */
export type Outcome =
  | SuccessOutcome
  | FailureOutcome
  | RetryOutcome
  | ReplaceOutcome
  | IgnoreOutcome
  | RejectOutcome
  | UnreadableOutcome
  | RevokedOutcome;

/** What every run that reached the task's code tells. */
interface RunReport {
  /** Ids of the tasks sent while it ran. */
  readonly children: readonly ResultTuple[];
  /** Callbacks, errbacks, chain and chord of the message; undefined when the message had none of them. */
  readonly embed: Embed | undefined;
  readonly runtimeMs: number;
}

export interface SuccessOutcome extends RunReport {
  readonly kind: 'success';
  /** The return value as JSON text; undefined when the result serializer is another, then `value` is set. */
  readonly resultText: string | undefined;
  /** The return value, where the run was in this process. */
  readonly value?: unknown;
}

export interface FailureOutcome extends RunReport {
  readonly kind: 'failure';
  readonly exception: ExceptionInfo;
  readonly traceback: string | null;
  /** The task declared this error in `throws`: a failure, but no surprise. */
  readonly expected: boolean;
  /**
   * `error`: the task threw (or its result could not be encoded); `timeout`: the hard time limit; `worker-lost`: the
   * process that ran it died; `not-registered`: nothing here has this name.
   */
  readonly cause: 'error' | 'timeout' | 'worker-lost' | 'not-registered';
}

/** Where the next attempt goes: a queue by its name in the queue table, or exactly where a message came from. */
export type RetryDestination = { readonly queue: string } | { readonly exchange: string; readonly routingKey: string };

export interface RetryOutcome extends RunReport {
  readonly kind: 'retry';
  /** The next attempt, complete: same id, `retries` + 1, same links. Goes to where this message came from unless `destination` says otherwise. */
  readonly call: TaskCall;
  readonly destination: RetryDestination | undefined;
  /** The error that led to it; null when the task just asked for another run. */
  readonly exception: ExceptionInfo | null;
  readonly traceback: string | null;
  /** Why, one line, for log and event. */
  readonly reason: string;
}

/** Another signature takes the task's place: its result will be the task's. @see celery/app/task.py Task.replace */
export interface ReplaceOutcome extends RunReport {
  readonly kind: 'replace';
  readonly replacement: SignatureApplication;
}

/** The task wants no state stored. @see celery/exceptions.py Ignore */
export interface IgnoreOutcome extends RunReport {
  readonly kind: 'ignore';
}

/** The task refuses its message. @see celery/exceptions.py Reject */
export interface RejectOutcome extends RunReport {
  readonly kind: 'reject';
  readonly requeue: boolean;
  readonly reason: string;
}

/** The body could not be decoded or is no task body; the task's code did not run. */
export interface UnreadableOutcome {
  readonly kind: 'unreadable';
  /** Error code, such as `CLR_DECODE`. */
  readonly code: string;
  /** One line that names the field. */
  readonly reason: string;
}

/** Not run, or stopped: revoked, expired, or terminated while running. */
export interface RevokedOutcome {
  readonly kind: 'revoked';
  readonly reason: 'revoked' | 'expired' | 'terminated';
  readonly signal: string | null;
}
