import type { FailureOutcome, Outcome } from '@celeriac/core/internal';
import { celeryExceptions } from '@celeriac/protocol';

/** Its runs ended with the death of their process too often. */
export interface PoisonEnding {
  readonly kind: 'poison';
  /** Runs that were begun. */
  readonly runs: number;
}

/** An earlier delivery of the same message succeeded: it is not run again. */
export interface RepeatedEnding {
  readonly kind: 'repeated';
  /** What the earlier run returned. */
  readonly value: unknown;
}

/** How a task ended that this worker received: by a run, or before one. */
export type Ending = Outcome | PoisonEnding | RepeatedEnding;

/** The ending of a task that is not registered here. @see celery/worker/consumer/consumer.py on_unknown_task */
export function notRegistered(task: string): FailureOutcome {
  return {
    kind: 'failure',
    exception: celeryExceptions.notRegistered(task),
    traceback: null,
    expected: false,
    cause: 'not-registered',
    children: [],
    embed: undefined,
    runtimeMs: 0,
  };
}
