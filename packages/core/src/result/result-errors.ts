import type { ExceptionInfo } from '@celeriac/protocol';
import { CeleriacError, type CeleriacErrorOptions, escapeForLog } from '@celeriac/protocol/basics';

/** What is known about a failed task. */
export interface TaskFailure {
  readonly taskId: string;
  readonly exception: ExceptionInfo;
  /** The worker's traceback text. */
  readonly traceback: string | null;
}

/** A task failed. The error of the worker is described by fields: its class is never looked up. */
export class TaskError extends CeleriacError {
  readonly code: string = 'CLR_TASK_FAILED';
  readonly taskId: string;
  /** Name of the error's class: `ValueError`. */
  readonly excType: string;
  /** Python module of the class; `celeriac` for errors of TypeScript tasks. */
  readonly excModule: string | null;
  /** The arguments of the error; for errors of TypeScript tasks its message. */
  readonly excMessage: readonly unknown[];
  /** The worker's traceback; null when it stored none. */
  readonly traceback: string | null;

  constructor({ taskId, exception, traceback }: TaskFailure, options?: CeleriacErrorOptions) {
    super(escapeForLog(`${exception.exc_type}: ${messageText(exception.exc_message)}`), options);
    this.taskId = taskId;
    this.excType = exception.exc_type;
    this.excModule = exception.exc_module;
    this.excMessage = typeof exception.exc_message === 'string' ? [exception.exc_message] : exception.exc_message;
    this.traceback = traceback;
  }
}

/** A task was revoked, expired or was terminated before it was done. */
export class TaskRevokedError extends TaskError {
  override readonly code = 'CLR_TASK_REVOKED';
}

/** The result was not ready in time. The task may still be running. */
export class ResultTimeoutError extends CeleriacError {
  readonly code = 'CLR_RESULT_TIMEOUT';
  readonly taskId: string;
  readonly timeoutMs: number;

  constructor(taskId: string, timeoutMs: number) {
    super(`The result of task ${escapeForLog(taskId, 255)} is not ready after ${timeoutMs} ms.`, {
      hint: 'Is a worker running that reads the queue of this task, with the same result backend?',
    });
    this.taskId = taskId;
    this.timeoutMs = timeoutMs;
  }
}

/** Results are asked for, but the app keeps none. */
export class ResultsDisabledError extends CeleriacError {
  readonly code = 'CLR_RESULTS_DISABLED';

  constructor() {
    super('The app has no result store.', {
      hint: 'Set resultBackend (or CELERY_RESULT_BACKEND), or send the task with ignoreResult.',
    });
  }
}

/** A task waits for another one, which may need the very slot that it holds. */
export class WaitInsideTaskError extends CeleriacError {
  readonly code = 'CLR_WAIT_INSIDE_TASK';

  constructor() {
    super('A task waits for the result of another task: with all slots waiting, none would be left to work.', {
      hint: 'Use link or a workflow instead, or say get({ disableSyncSubtasks: false }).',
    });
  }
}

/** A graph is asked for while one of its results is not ready. @see celery/exceptions.py IncompleteStream */
export class IncompleteResultsError extends CeleriacError {
  readonly code = 'CLR_INCOMPLETE_RESULTS';
  readonly taskId: string;

  constructor(taskId: string) {
    super(`Task ${escapeForLog(taskId, 255)} is not done yet: what follows from it is not known.`, {
      hint: 'Wait for it, or say { intermediate: true }.',
    });
    this.taskId = taskId;
  }
}

/** The result store keeps results of tasks only. */
export class GroupsNotKeptError extends CeleriacError {
  readonly code = 'CLR_GROUPS_NOT_KEPT';
  readonly backend: string;

  constructor(backend: string) {
    super(`The result store ${backend} keeps no groups.`, {
      hint: 'Use a result store that all workers share, such as redis:// or a database.',
    });
    this.backend = backend;
  }
}

function messageText(message: ExceptionInfo['exc_message']): string {
  if (typeof message === 'string') return message;
  return message.map((argument) => (typeof argument === 'string' ? argument : shown(argument))).join(', ');
}

function shown(argument: unknown): string {
  try {
    return JSON.stringify(argument) ?? String(argument);
  } catch {
    return String(argument);
  }
}
