import { script } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { CommandCode } from '../definitions/define.ts';
import { buildProgram } from '../program.ts';

/** `celeriac completion`: the script to put into the shell's start-up file. */
export const completionCommand: CommandCode = async (_context, [, shell = '']) => {
  script(shell, 'celeriac', 'celeriac');
  return 0;
};

/**
 * Prints the candidates for a command line, in the form that the completion scripts read.
 * @param argv - `--` and the words typed so far
 */
export function printCompletions(argv: readonly string[]): void {
  const program = buildProgram({ attach: (command) => command, writeOut: () => {} });
  const words = argv[0] === '--' ? argv.slice(1) : argv;
  tab(program, { completionCommandName: 'complete' }).parse([...words]);
}
