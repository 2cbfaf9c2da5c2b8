import { CeleriacError, escapeForLog } from '@celeriac/protocol/basics';

/** No task of this name is registered here. @see celery/exceptions.py NotRegistered */
export class NotRegisteredError extends CeleriacError {
  readonly code = 'CLR_NOT_REGISTERED';
  readonly excType = 'NotRegistered';
  readonly module = 'celery.exceptions';
  readonly args: readonly [string];

  constructor(task: string) {
    super(`Task ${escapeForLog(task, 255)} is not registered.`, {
      hint: 'Define it with app.task(...) in a module that `include` names.',
    });
    this.args = [task];
  }
}
