import { CeleriacError } from '@celeriac/protocol/basics';

/** No attempt is left, and the task named no error of its own. @see celery/exceptions.py MaxRetriesExceededError */
export class MaxRetriesExceededError extends CeleriacError {
  readonly code = 'CLR_MAX_RETRIES_EXCEEDED';
  readonly excType = 'MaxRetriesExceededError';
  readonly module = 'celery.exceptions';
  readonly task: string;
  readonly id: string;

  constructor(task: string, id: string, args: string, kwargs: string) {
    super(`Can't retry ${task}[${id}] args:${args} kwargs:${kwargs}`);
    this.task = task;
    this.id = id;
  }
}
