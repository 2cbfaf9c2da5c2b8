import type { Command } from 'commander';
import { type Attach, examples } from './define.ts';

/** `celeriac purge`, `migrate` and `quarantine`. */
export function defineQueues(program: Command, attach: Attach): void {
  const purge = program
    .command('purge')
    .description('drop all waiting messages; there is no way back')
    .option('-Q, --queues <names>', 'queues to empty, separated by commas (default: all of taskQueues)')
    .option('-X, --exclude-queues <names>', 'queues to spare')
    .option('-f, --force', 'do not ask')
    .addHelpText('after', examples('celeriac -A ./src/tasks.ts purge', 'celeriac -A ./src/tasks.ts purge -Q mail -f'));
  attach(purge, async () => (await import('../commands/purge.ts')).purgeCommand);

  const migrate = program
    .command('migrate')
    .description('create or update the tables of broker and result store')
    .addHelpText('after', examples('celeriac -A ./src/tasks.ts migrate', 'celeriac -b sqlite:///queue.db migrate'));
  attach(migrate, async () => (await import('../commands/migrate.ts')).migrateCommand);

  defineQuarantine(program, attach);
}

function defineQuarantine(program: Command, attach: Attach): void {
  const load = async () => (await import('../commands/quarantine.ts')).quarantineCommand;
  const quarantine = program
    .command('quarantine')
    .description('messages that no worker could read or run')
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts quarantine list',
        'celeriac -A ./src/tasks.ts quarantine requeue --all',
        'celeriac -A ./src/tasks.ts quarantine drop --codes CLR_DECODE',
      ),
    );
  const filtered = (command: Command): Command =>
    command
      .option('--codes <codes>', 'only those with these reason codes, separated by commas')
      .option('-Q, --queues <names>', 'only those that came from these queues')
      .option('--limit <count>', 'so many at most, oldest first');
  attach(filtered(quarantine.command('list').description('show them, oldest first')), load);
  for (const [name, description] of [
    ['requeue', 'send them to their queues again'],
    ['drop', 'forget them'],
  ] as const) {
    const command = quarantine
      .command(name)
      .description(description)
      .argument('[ids...]', 'ids, as the list shows them')
      .option('--all', 'all of them');
    attach(filtered(command), load);
  }
}
