import { CeleriacError } from '@celeriac/protocol/basics';

/** Two tasks of an app have the same name. */
export class DuplicateTaskError extends CeleriacError {
  readonly code = 'CLR_DUPLICATE_TASK';
  readonly taskName: string;
  /** Where the two were defined, `file:line:column`. */
  readonly places: readonly [first: string, second: string];

  constructor(name: string, first: string, second: string) {
    super(`The task "${name}" is defined twice: at ${first} and at ${second}.`, {
      hint: 'Rename one of them, or make sure that the module is loaded once.',
    });
    this.taskName = name;
    this.places = [first, second];
  }
}
