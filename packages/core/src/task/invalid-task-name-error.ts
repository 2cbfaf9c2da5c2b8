import { CeleriacError, describeType, escapeForLog } from '@celeriac/protocol/basics';

const LONGEST = 255;

/** A task cannot have this name. */
export class InvalidTaskNameError extends CeleriacError {
  readonly code = 'CLR_INVALID_TASK_NAME';
  /** What was given, cut and escaped. */
  readonly taskName: string;

  constructor(name: unknown, problem: string) {
    const shown = typeof name === 'string' ? escapeForLog(name, 60) : describeType(name);
    super(`A task cannot be named "${shown}": ${problem}.`, { hint: 'Use a name such as "reports.monthly".' });
    this.taskName = shown;
  }
}

/** @throws {InvalidTaskNameError} for anything but text of 1 to 255 characters without control characters or blanks around it */
export function checkTaskName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new InvalidTaskNameError(name, 'a name is text');
  if (name === '') throw new InvalidTaskNameError(name, 'it is empty');
  if (name.length > LONGEST) throw new InvalidTaskNameError(name, `it is longer than ${LONGEST} characters`);
  if (name.trim() !== name) throw new InvalidTaskNameError(name, 'it begins or ends with a blank');
  if (escapeForLog(name) !== name) throw new InvalidTaskNameError(name, 'it has control or invisible characters');
}
