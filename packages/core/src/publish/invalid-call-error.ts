import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol/basics';

/** A call that no worker could carry out as it is meant: refused before anything is sent. */
export class InvalidCallError extends CeleriacError {
  readonly code = 'CLR_INVALID_CALL';
  /** The option at fault, as it was written; `name` and `args` for these. */
  readonly option: string;
  /** What was given, fit to be shown; undefined when the option's name is the problem. */
  readonly value: string | undefined;

  constructor(
    option: string,
    problem: string,
    options?: CeleriacErrorOptions & { readonly value?: string | undefined },
  ) {
    super(`${option} ${problem}.`, options);
    this.option = option;
    this.value = options?.value;
  }
}
