import type { Command } from 'commander';
import { type Attach, choiceArgument, examples } from './define.ts';

/** Shells that completion scripts are made for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `celeriac completion`. */
export function defineCompletion(program: Command, attach: Attach): void {
  const completion = program
    .command('completion')
    .description('print a completion script for your shell')
    .addArgument(choiceArgument('shell', 'bash, zsh or fish', SHELLS))
    .addHelpText(
      'after',
      examples('celeriac completion bash >> ~/.bashrc', 'celeriac completion zsh > ~/.zfunc/_celeriac'),
    );
  attach(completion, async () => (await import('../commands/completion.ts')).completionCommand);
}
