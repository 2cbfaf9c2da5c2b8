import type { Command } from 'commander';
import { addDaemonOptions } from '../daemon/daemon-options.ts';
import { LOG_LEVELS } from '../log-levels.ts';
import { type Attach, choiceOption, examples } from './define.ts';

const LOG_FORMATS = ['text', 'json'] as const;

/** `celeriac beat` and its subcommands. */
export function defineBeat(program: Command, attach: Attach): void {
  const beat = program
    .command('beat')
    .description('send periodic tasks when they are due; or look at the schedule and change it')
    .option(
      '-s, --store <place>',
      'file, redis:// or sqlite:// URL that keeps the schedule (default: beatStore, beatScheduleFilename)',
    )
    .option('--max-interval <seconds>', 'longest time between two looks at what was changed (default: 5)')
    .addOption(
      choiceOption(
        '-l, --loglevel <level>',
        'debug, info, warning or error (critical and fatal are error)',
        LOG_LEVELS,
      ),
    )
    .addOption(choiceOption('--logformat <format>', 'text, or json: one object per line', LOG_FORMATS))
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts beat -l info',
        'celeriac -A ./src/tasks.ts beat --store redis://localhost',
        'celeriac -A ./src/tasks.ts beat --detach --pidfile /run/beat.pid --logfile /var/log/beat.log',
        'celeriac -A ./src/tasks.ts beat next 20',
        'celeriac beat explain "30 2 * * 0" --tz Europe/Berlin',
        'celeriac -A ./src/tasks.ts beat add cleanup --task tasks.cleanup --schedule "0 3 * * *"',
      ),
    );
  addDaemonOptions(beat);
  attach(beat, async () => (await import('../commands/beat.ts')).beatCommand);
  defineLooks(beat, attach);
  defineChanges(beat, attach);
}

function defineLooks(beat: Command, attach: Attach): void {
  const list = beat.command('list').description('show all periodic tasks, their last run and their next');
  attach(list, async () => (await import('../commands/beat-list.ts')).beatListCommand);
  const next = beat
    .command('next')
    .description('show the coming runs of all periodic tasks')
    .argument('[count]', 'so many', '20');
  attach(next, async () => (await import('../commands/beat-list.ts')).beatNextCommand);
  const explain = beat
    .command('explain')
    .description('say in words when a schedule is due, and what the changes of the clocks do to it')
    .argument('<schedule>', 'a crontab, "5 minutes", or a time')
    .option('--tz <zone>', 'time zone, an IANA name (default: UTC)')
    .option('--classic', 'read it as classic cron: a day that matches one of the two day fields is enough')
    .option('--count <count>', 'so many due times (default: 5)');
  attach(explain, async () => (await import('../commands/beat-explain.ts')).beatExplainCommand);
}

function defineChanges(beat: Command, attach: Attach): void {
  const load = async () => (await import('../commands/beat-edit.ts')).beatEditCommand;
  const add = beat
    .command('add')
    .description('add a periodic task, or change one that was added so')
    .argument('<name>', 'its name')
    .requiredOption('--task <name>', 'the task to send')
    .requiredOption('--schedule <schedule>', 'a crontab, "5 minutes", or a time for a single run')
    .option('--classic', 'the schedule is classic cron')
    .option('-a, --args <json>', 'positional arguments, a JSON list')
    .option('-k, --kwargs <json>', 'keyword arguments, a JSON object')
    .option('--options <json>', 'options of every call, a JSON object: {"queue": "slow"}')
    .option('--rules <json>', 'more of the entry, a JSON object: {"missedRuns": "skip", "maxRuns": 3}')
    .option('--tz <zone>', 'time zone, an IANA name');
  attach(add, load);
  for (const [name, description] of [
    ['pause', 'send them no more until they are resumed'],
    ['resume', 'send them again'],
    ['remove', 'forget periodic tasks that were added'],
    ['run-now', 'send them once, now'],
  ] as const) {
    const command = beat.command(name).description(description).argument('<names...>', 'their names');
    attach(command, load);
  }
}
