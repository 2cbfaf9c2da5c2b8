import { Argument, type Command, Option } from 'commander';
import type { CommandContext } from '../global-options.ts';
import { parseChoiceOption } from '../option-values.ts';

/** The options of one command, as commander read them. */
export type ParsedOptions = Readonly<Record<string, unknown>>;

/** The code of one command; resolves to an exit code, 0 when it says nothing. */
export type CommandCode = (
  context: CommandContext,
  positional: readonly string[],
  options: ParsedOptions,
) => Promise<number | undefined>;

/** Attaches code to a command; it is loaded when the command runs, so that `--help` and others need not wait for it. */
export type Attach = (command: Command, load: () => Promise<CommandCode>) => Command;

/** A block of examples below a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** An option with a few values: completed by the shell, refused with a suggestion. */
export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  const name = /--[a-z-]+/.exec(flags)?.[0] ?? flags;
  return new Option(flags, description)
    .choices(choices)
    .argParser((text: string) => parseChoiceOption(name, text, choices));
}

/** The same for an argument. */
export function choiceArgument(name: string, description: string, choices: readonly string[]): Argument {
  return new Argument(`<${name}>`, description)
    .choices(choices)
    .argParser((text: string) => parseChoiceOption(name, text, choices));
}
