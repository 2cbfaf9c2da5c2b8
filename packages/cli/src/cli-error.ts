import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** The command line itself is wrong: an unknown option, a value that cannot be, a module that is not there. Exit code 2. */
export class UsageError extends CeleriacError {
  readonly code = 'CLR_USAGE';
  /** The option or argument at fault, as the user writes it: `--args`, `-A`. */
  readonly option: string;

  constructor(option: string, message: string, options?: CeleriacErrorOptions) {
    super(message, options);
    this.option = option;
  }
}

/** The app named by `-A` cannot be used. */
export class AppLoadError extends CeleriacError {
  readonly code = 'CLR_APP_LOAD';
  /** What `-A` said. */
  readonly target: string;
  /** 2 when `-A` names nothing usable, 1 when the module itself fails. */
  readonly exitCode: 1 | 2;

  constructor(target: string, exitCode: 1 | 2, message: string, options?: CeleriacErrorOptions) {
    super(message, options);
    this.target = target;
    this.exitCode = exitCode;
  }
}

/** A command was understood and did not succeed. Exit code 1. */
export class CommandFailedError extends CeleriacError {
  readonly code = 'CLR_COMMAND_FAILED';
  /** The command's name. */
  readonly command: string;

  constructor(command: string, message: string, options?: CeleriacErrorOptions) {
    super(message, options);
    this.command = command;
  }
}
