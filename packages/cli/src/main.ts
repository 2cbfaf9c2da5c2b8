import { type Command, CommanderError } from 'commander';
import { commanderProblem } from './commander-problem.ts';
import type { Attach, ParsedOptions } from './definitions/define.ts';
import { type CommandContext, readGlobalOptions } from './global-options.ts';
import { Output, type OutputStream } from './output.ts';
import { buildProgram } from './program.ts';
import { reportError } from './report-error.ts';

/** Where {@link main} runs; what is left out comes from the process. */
export interface MainOptions {
  readonly stdout?: OutputStream;
  readonly stderr?: OutputStream;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/**
 * Runs the `celeriac` command.
 * @param argv - the arguments, without node and script
 * @returns the exit code: 0, 1 when the command failed, 2 when it was used wrongly, 69 when no worker answered; errors are written, never thrown
 */
export async function main(argv: readonly string[], options: MainOptions = {}): Promise<number> {
  const { stdout = process.stdout, stderr = process.stderr, env = process.env, cwd = process.cwd() } = options;
  let exitCode = 0;
  const contextOf = (parsed: Readonly<Record<string, unknown>>): CommandContext => {
    const globals = readGlobalOptions(parsed, env, cwd);
    return {
      globals,
      output: new Output({ stdout, stderr, json: globals.json, quiet: globals.quiet, color: globals.color }),
    };
  };
  // Known before anything is parsed, so that a wrong command line is reported in the form asked for.
  const early = {
    json: argv.includes('--json') || argv.includes('-j'),
    debug: argv.includes('--debug'),
    color: !argv.includes('--no-color'),
  };
  let context = contextOf(early);
  const attach: Attach = (command, load) =>
    command.action(async () => {
      context = contextOf(command.optsWithGlobals());
      const code = await load();
      exitCode = (await code(context, [command.name(), ...command.args], optionsOf(command))) ?? 0;
    });
  try {
    if (argv[0] === 'complete') return await complete(argv.slice(1));
    // Most of what it is given belongs to the workers that it starts.
    if (argv[0] === 'multi')
      return await (await import('./commands/multi.ts')).multiCommand(argv.slice(1), context.output);
    const writeOut = (text: string): void => void stdout.write(text);
    await buildProgram({ attach, writeOut }).parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    const problem = error instanceof CommanderError ? commanderProblem(error) : error;
    return problem === undefined ? 0 : reportError(problem, context.output, context.globals.debug);
  }
}

/** The options of a command and of the commands that it stands below, without those of the program. */
function optionsOf(command: Command): ParsedOptions {
  const { parent } = command;
  if (parent === null || parent.parent === null) return command.opts();
  return { ...optionsOf(parent), ...command.opts() };
}

/** What a completion script asks on every press of the tab key. */
async function complete(argv: readonly string[]): Promise<number> {
  const { printCompletions } = await import('./print-completions.ts');
  printCompletions(argv);
  return 0;
}
