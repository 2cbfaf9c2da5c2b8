import type { Command } from 'commander';
import { addDaemonOptions } from '../daemon/daemon-options.ts';
import { LOG_LEVELS } from '../log-levels.ts';
import { type Attach, choiceOption, examples } from './define.ts';
import { addPoolOptions } from './pool-options.ts';

const LOG_FORMATS = ['text', 'json'] as const;

/** `celeriac worker`. */
export function defineWorker(program: Command, attach: Attach): void {
  const command = program
    .command('worker')
    .description('start a worker')
    .argument('[settings...]', 'settings that win over all others: task_acks_late=true prefetch_multiplier=1')
    .option('-n, --hostname <name>', 'name of this worker; %h = host, %n = part before the first dot, %d = domain')
    .addOption(
      choiceOption(
        '-l, --loglevel <level>',
        'debug, info, warning or error (critical and fatal are error)',
        LOG_LEVELS,
      ),
    )
    .addOption(choiceOption('--logformat <format>', 'text, or json: one object per line', LOG_FORMATS))
    .option('-Q, --queues <names>', 'queues to read, separated by commas (default: all of taskQueues)')
    .option('-X, --exclude-queues <names>', 'queues not to read')
    .option('-I, --include <modules>', 'more modules to import, separated by commas')
    .option('-E, --task-events', 'tell monitors about every task')
    .option('--without-heartbeat', 'do not tell others that this worker is there')
    .option('--without-mingle', 'do not ask others, at the start, which tasks were revoked')
    .option('--without-gossip', 'do not listen to other workers')
    .option('--heartbeat-interval <seconds>', 'time between heartbeats (default: 2)')
    .option('--purge', 'drop all waiting messages first')
    .option('-B, --beat', 'send periodic tasks too')
    .option('-s, --schedule <place>', 'with --beat: what keeps the schedule (default: beatStore, beatScheduleFilename)')
    .option('-S, --statedb <path>', 'keep revoked tasks over a restart in this file')
    .option('--health-port <port>', 'answer /health/live, /health/ready and /metrics on this port')
    .option('--health-host <address>', 'address of it (default: 127.0.0.1)')
    .option('--watch', 'in development: start anew when code changes, after running tasks have ended')
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts worker',
        'celeriac -A ./src/tasks.ts worker --pool async --concurrency 100 -l info',
        'celeriac -A ./src/tasks.ts worker -Q mail,reports -n mail@%h',
        'celeriac -A ./src/tasks.ts worker --autoscale 10,2 --time-limit 300 --max-tasks-per-child 1000',
        'celeriac -A ./src/tasks.ts worker --watch -l info',
        'celeriac -A ./src/tasks.ts worker task_acks_late=true broker.heartbeat=10',
      ),
    );
  addPoolOptions(command);
  addDaemonOptions(command);
  attach(command, async () => (await import('../commands/worker.ts')).workerCommand);
}
