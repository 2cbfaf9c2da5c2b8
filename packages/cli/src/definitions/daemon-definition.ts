import type { Command } from 'commander';
import { type Attach, choiceArgument, examples } from './define.ts';

/** `celeriac multi` and `celeriac systemd`. */
export function defineDaemons(program: Command, attach: Attach): void {
  // Its arguments never get here: `main` hands them over as they are. It is defined for the list of commands.
  program
    .command('multi')
    .description('start and stop several workers of this machine (multi --help)')
    .helpOption(false);
  const systemd = program
    .command('systemd')
    .description('print units for systemd')
    .addArgument(choiceArgument('kind', 'worker or beat', ['worker', 'beat']))
    .argument('[options...]', 'options of the command, after --')
    .option('--user <name>', 'user to run as (default: you)')
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts systemd worker -- -c 4 -l info | sudo tee /etc/systemd/system/celeriac-worker@.service',
        'sudo systemctl enable --now celeriac-worker@1 celeriac-worker@2',
      ),
    );
  attach(systemd, async () => (await import('../commands/systemd.ts')).systemdCommand);
}
