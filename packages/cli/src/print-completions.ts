import tab from '@bomb.sh/tab/commander';
import { buildProgram } from './program.ts';

/**
 * Prints the candidates for a command line, in the form that the completion scripts read.
 * @param argv - `--` and the words typed so far
 */
export function printCompletions(argv: readonly string[]): void {
  const program = buildProgram({ attach: (command) => command, writeOut: () => {} });
  const words = argv[0] === '--' ? argv.slice(1) : argv;
  tab(program, { completionCommandName: 'complete' }).parse([...words]);
}
