import type { Command } from 'commander';
import { type Attach, examples } from './define.ts';

/** `celeriac status`, `inspect` and `control`. */
export function defineControl(program: Command, attach: Attach): void {
  const status = program
    .command('status')
    .description('show which workers are online; exit code 69 when none is')
    .addHelpText('after', examples('celeriac -A ./src/tasks.ts status', 'celeriac -b redis://localhost status -t 3'));
  attach(answering(status), async () => (await import('../commands/status.ts')).statusCommand);

  const inspect = program
    .command('inspect')
    .description('ask running workers about themselves; exit code 69 when none answers')
    .argument('[command]', 'what to ask; --list shows all')
    .argument('[arguments...]', 'arguments of the command')
    .option('-l, --list', 'list the commands')
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts inspect --list',
        'celeriac -A ./src/tasks.ts inspect active',
        'celeriac -A ./src/tasks.ts inspect registered rate_limit acks_late',
        'celeriac -A ./src/tasks.ts inspect stats -d worker1@host --json',
      ),
    );
  attach(answering(inspect), async () => (await import('../commands/inspect.ts')).inspectCommand);

  const control = program
    .command('control')
    .description('tell running workers what to do; exit code 69 when none answers')
    .argument('[command]', 'what to do; --list shows all')
    .argument('[arguments...]', 'arguments of the command')
    .option('-l, --list', 'list the commands')
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts control --list',
        'celeriac -A ./src/tasks.ts control add_consumer mail',
        'celeriac -A ./src/tasks.ts control rate_limit tasks.add 10/m',
        'celeriac -A ./src/tasks.ts control terminate SIGKILL 4b1bd7d4-ab5b-4f7e-b6c3-3c9a4a3c6d2f',
        'celeriac -A ./src/tasks.ts control shutdown -d worker1@host',
      ),
    );
  attach(answering(control), async () => (await import('../commands/control.ts')).controlCommand);
}

/** Whom to ask, and how long to wait. */
function answering(command: Command): Command {
  return command
    .option('-t, --timeout <seconds>', 'wait so long for answers (default: 1)')
    .option('-d, --destination <nodes>', 'only these workers, separated by commas')
    .option('--pattern <glob>', 'only workers whose name matches');
}
