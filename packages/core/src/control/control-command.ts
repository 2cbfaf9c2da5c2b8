import type { Settings } from '../settings/settings.ts';

/** What a command's argument must be; `any` is the command's own business. Numbers and flags may come as text. */
export type ArgumentType = 'text' | 'number' | 'whole' | 'flag' | 'any';

/** One argument of a command, by the name under which it travels. */
export interface ArgumentDescriptor {
  readonly name: string;
  readonly type: ArgumentType;
  /** A call without it is refused. Default false. */
  readonly required?: boolean;
}

/** What the command line and callers may know of a command. @see celery/worker/control.py controller_info_t */
export interface CommandSpec {
  readonly name: string;
  /** `inspect` changes nothing. */
  readonly kind: 'inspect' | 'control';
  /** Another name for it. */
  readonly alias?: string;
  /** Named in this order on the command line. */
  readonly arguments?: readonly ArgumentDescriptor[];
  /** The argument that takes all words that are left on the command line; a list, or one text alone. */
  readonly variadic?: string;
  /** Whether that argument must be there. Default false. */
  readonly variadicRequired?: boolean;
  /** As help shows the arguments, `<task_name> <rate>`. Made from `arguments` when not given. */
  readonly signature?: string;
  /** One line. */
  readonly help?: string;
  /** False: lists leave it out. Default true. */
  readonly visible?: boolean;
  /** How long callers wait for replies. Milliseconds; default 1,000. */
  readonly timeoutMs?: number;
}

/** A command of the app's own: everything but its name. */
export type CommandDefinition = Omit<CommandSpec, 'name' | 'kind'> & {
  /** Default `control`. */
  readonly kind?: CommandSpec['kind'];
};

/** What a command may know of its node. */
export interface ControlNode {
  /** The node's name. */
  readonly hostname: string;
  readonly settings: Settings;
  /**
   * Runs another command of this node.
   * @returns its reply
   * @throws what a caller would get as `{error}`
   */
  call(command: string, args?: { readonly [name: string]: unknown }): Promise<unknown>;
}

/** Arguments as they came; null-prototype, those that were described have their type. */
export type CommandArguments = { readonly [name: string]: unknown };

/**
 * The code of a command. What it returns is the reply (`undefined` becomes null); what it throws becomes `{error}`.
 */
export type CommandFunction = (node: ControlNode, args: CommandArguments) => unknown;
