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

/**
 * The place in the user's code where a task is defined.
 * @param below - the function whose caller is meant
 */
export class DefinitionPlace {
  readonly #trace: { readonly stack?: string } = {};

  constructor(below: (...args: never[]) => unknown) {
    Error.captureStackTrace(this.#trace, below);
  }

  /** `file:line:column`; made only when asked for. */
  toString(): string {
    const line = this.#trace.stack?.split('\n')[1]?.trim() ?? '';
    return /\(([^)]+)\)$/.exec(line)?.[1] ?? line.replace(/^at (async )?/, '');
  }
}
