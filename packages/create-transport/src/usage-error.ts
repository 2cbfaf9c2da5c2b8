/** The command line asks for something that cannot be done. */
export class UsageError extends Error {
  readonly code = 'CLR_USAGE';
  /** The argument or option at fault. */
  readonly argument: string;
  /** What to do about it. */
  readonly hint: string;

  constructor(argument: string, problem: string, hint: string) {
    super(`${argument} ${problem}.`);
    this.name = 'UsageError';
    this.argument = argument;
    this.hint = hint;
  }
}
