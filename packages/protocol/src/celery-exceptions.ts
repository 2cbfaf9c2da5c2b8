import type { ExceptionInfo } from './result-meta.ts';

const CELERY = 'celery.exceptions';
const BILLIARD = 'billiard.exceptions';
const KOMBU = 'kombu.exceptions';

function exception(module: string, type: string, args: readonly unknown[]): ExceptionInfo {
  return { exc_type: type, exc_message: args, exc_module: module };
}

/** The exceptions that Celery itself stores, each as it is stored. Python clients look them up by module and type. */
export const celeryExceptions: {
  taskRevoked(reason: 'revoked' | 'expired' | 'terminated'): ExceptionInfo;
  notRegistered(taskName: string): ExceptionInfo;
  timeLimitExceeded(limitSeconds: number): ExceptionInfo;
  softTimeLimitExceeded(): ExceptionInfo;
  workerLost(text: string): ExceptionInfo;
  chordError(failedId: string, exceptionRepr: string): ExceptionInfo;
  encodeError(problem: string): ExceptionInfo;
  maxRetriesExceeded(call: { task: string; id: string; argsrepr: string; kwargsrepr: string }): ExceptionInfo;
  reject(reason: string | null, requeue: boolean): ExceptionInfo;
  /** Celery's Retry with a message and without a cause. */
  retry(message: string): ExceptionInfo;
} = Object.freeze({
  taskRevoked: (reason: 'revoked' | 'expired' | 'terminated') => exception(CELERY, 'TaskRevokedError', [reason]),
  notRegistered: (taskName: string) => exception(CELERY, 'NotRegistered', [taskName]),
  timeLimitExceeded: (limitSeconds: number) => exception(BILLIARD, 'TimeLimitExceeded', [limitSeconds]),
  softTimeLimitExceeded: () => exception(BILLIARD, 'SoftTimeLimitExceeded', []),
  /** Celery's text: `Worker exited prematurely: signal 9 (SIGKILL) Job: 44.` */
  workerLost: (text: string) => exception(BILLIARD, 'WorkerLostError', [text]),
  chordError: (failedId: string, exceptionRepr: string) =>
    exception(CELERY, 'ChordError', [`Dependency ${failedId} raised ${exceptionRepr}`]),
  encodeError: (problem: string) => exception(KOMBU, 'EncodeError', [problem]),
  maxRetriesExceeded: ({
    task,
    id,
    argsrepr,
    kwargsrepr,
  }: {
    task: string;
    id: string;
    argsrepr: string;
    kwargsrepr: string;
  }) =>
    exception(CELERY, 'MaxRetriesExceededError', [`Can't retry ${task}[${id}] args:${argsrepr} kwargs:${kwargsrepr}`]),
  reject: (reason: string | null, requeue: boolean) => exception(CELERY, 'Reject', [reason, requeue]),
  retry: (message: string) => exception(CELERY, 'Retry', [message, null, null]),
});
