import { constants } from 'node:os';
import type { FailureOutcome } from '@celeriac/core/internal';
import { celeryExceptions } from '@celeriac/protocol';

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said of itself before, or what its last words on stderr mean. */
  readonly reason: string | undefined;
}

/**
 * How Python's billiard words the end of a pool process.
 * @param job - running number of the task in the pool
 * @see billiard/pool.py mark_as_worker_lost, billiard/common.py human_status
 */
export function workerLostText({ exitCode, signal, reason }: ProcessEnd, job: number): string {
  const status = signal === null ? `exitcode ${exitCode ?? 0}` : `signal ${constants.signals[signal]} (${signal})`;
  const text = `Worker exited prematurely: ${status} Job: ${job}.`;
  return reason === undefined ? text : `${text} ${reason}`;
}

/** The outcome of a task whose process ended under it. */
export function workerLost(text: string, runtimeMs: number): FailureOutcome {
  return {
    kind: 'failure',
    exception: celeryExceptions.workerLost(text),
    traceback: null,
    expected: false,
    cause: 'worker-lost',
    children: [],
    embed: undefined,
    runtimeMs,
  };
}
