import { ConfigurationError } from '../settings/configuration-error.ts';
import { commandTable } from './command-table.ts';
import type { CommandDefinition, CommandFunction, CommandSpec } from './control-command.ts';

/** A command of the app's own. */
export interface CustomCommand {
  readonly spec: CommandSpec;
  readonly run: CommandFunction;
}

const NAME = /^[A-Za-z_][\w.-]{0,99}$/;

/**
 * The commands that workers of an app obey: Celery's, and those that the app defines. Custom ones appear in
 * `celeriac inspect --list` and `celeriac control --list`.
 * @see celery/worker/control.py Panel
 */
export class ControlCommands {
  readonly #custom: Map<string, CustomCommand> = new Map();

  /**
   * Adds a command; define it in a module that the workers load.
   * @param name - what travels; callers send it with `app.control.broadcast(name)`
   * @throws {ConfigurationError} for a name that is taken, or that is no word
   */
  define(name: string, definition: CommandDefinition, run: CommandFunction): void {
    const { kind = 'control', ...rest } = definition;
    const spec: CommandSpec = Object.freeze({ ...rest, name, kind });
    for (const one of [name, rest.alias ?? name]) {
      if (!NAME.test(one)) throw refused(name, `must have a name of letters, digits, ".", "_" and "-"`);
      if (this.#isTaken(one)) throw refused(name, `has a name that another command has, "${one}"`);
    }
    if (typeof run !== 'function') throw refused(name, 'needs a function');
    this.#custom.set(name, { spec, run });
  }

  /** All commands, Celery's first. */
  get specs(): readonly CommandSpec[] {
    return [...commandTable, ...Array.from(this.#custom.values(), ({ spec }) => spec)];
  }

  /** The app's own commands. */
  get custom(): readonly CustomCommand[] {
    return [...this.#custom.values()];
  }

  #isTaken(name: string): boolean {
    return this.specs.some((spec) => spec.name === name || spec.alias === name);
  }
}

function refused(name: string, problem: string): ConfigurationError {
  return new ConfigurationError(`The control command "${name.slice(0, 100)}"`, problem);
}
