import type { Command } from 'commander';
import { type Attach, choiceArgument, examples } from './define.ts';

/** What `celeriac list` can show. */
const LISTS = ['tasks', 'queues', 'bindings'] as const;

/** `celeriac list`, `shell`, `report` and `doctor`. */
export function defineInspection(program: Command, attach: Attach): void {
  const list = program
    .command('list')
    .description('show the registered tasks, the queues with their length, or the bindings')
    .addArgument(choiceArgument('what', 'tasks, queues or bindings', LISTS))
    .addHelpText(
      'after',
      examples('celeriac -A ./src/tasks.ts list tasks', 'celeriac -A ./src/tasks.ts list queues --json'),
    );
  attach(list, async () => (await import('../commands/list.ts')).listCommand);

  const shell = program
    .command('shell')
    .description('a Node.js prompt with the app, its tasks and AsyncResult')
    .option('--eval <code>', 'run this code and print its value instead')
    .addHelpText(
      'after',
      examples('celeriac -A ./src/tasks.ts shell', "celeriac -A ./src/tasks.ts shell --eval 'app.name'"),
    );
  attach(shell, async () => (await import('../commands/shell.ts')).shellCommand);

  const report = program
    .command('report')
    .description('versions, platform, settings (secrets masked), broker and result store: for bug reports')
    .addHelpText('after', examples('celeriac -A ./src/tasks.ts report'));
  attach(report, async () => (await import('../commands/report.ts')).reportCommand);

  const doctor = program
    .command('doctor')
    .description('look for what is wrong with broker and result store, or soon will be; exit code 1 if there is any')
    .addHelpText('after', examples('celeriac -A ./src/tasks.ts doctor', 'celeriac -b redis://localhost doctor --json'));
  attach(doctor, async () => (await import('../commands/doctor.ts')).doctorCommand);

  defineUpgrade(program, attach);
}

function defineUpgrade(program: Command, attach: Attach): void {
  const upgrade = program.command('upgrade').description('bring files to the names of today');
  const settings = upgrade
    .command('settings')
    .description('rename the settings in a file: old and Celery’s names become Celeriac’s; values and comments stay')
    .argument('<file>', 'the file, such as celeriac.config.ts')
    .option('--celery-names', 'Celery’s lower-case names instead')
    .option('--no-backup', 'do not keep the file as it was, as <file>.orig')
    .addHelpText('after', examples('celeriac upgrade settings celeriac.config.ts'));
  attach(settings, async () => (await import('../commands/upgrade.ts')).upgradeCommand);
}
