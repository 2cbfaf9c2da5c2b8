import type { Command } from 'commander';
import { type Attach, examples } from './define.ts';

/** `celeriac call` and `celeriac result`. */
export function defineCalls(program: Command, attach: Attach): void {
  const call = program
    .command('call')
    .description('send a task by name; prints its id, or with --wait its result')
    .argument('<task>', 'name of the task')
    .option('-a, --args <json>', 'positional arguments, a JSON list')
    .option('-k, --kwargs <json>', 'keyword arguments, a JSON object')
    .option('--countdown <seconds>', 'run it after so many seconds')
    .option('--eta <time>', 'run it at this time, ISO 8601')
    .option('--expires <when>', 'do not run it after this: seconds from now, or ISO 8601')
    .option('--queue <name>', 'queue to send it to')
    .option('--exchange <name>', 'exchange to send it to')
    .option('--routing-key <key>', 'routing key to send it with')
    .option('--serializer <name>', 'serializer of the arguments')
    .option('--priority <number>', '0 to 255')
    .option('--task-id <id>', 'id of the call (default: a new one)')
    .option('--wait', 'wait for the result; exit code 1 when the task fails')
    .option('--timeout <seconds>', 'wait at most so long')
    .addHelpText(
      'after',
      examples(
        "celeriac -A ./src/tasks.ts call tasks.add --args '[2, 3]'",
        "celeriac -A ./src/tasks.ts call tasks.add --args '[2]' --kwargs '{\"y\": 3}' --wait --timeout 10",
        'celeriac --broker redis://localhost call tasks.cleanup --countdown 60 --queue slow',
      ),
    );
  attach(call, async () => (await import('../commands/call.ts')).callCommand);

  const result = program
    .command('result')
    .description('print the state and the result of a task')
    .argument('<id>', 'id of the call')
    .option('--traceback', 'print the traceback of a failed task')
    .option('--wait', 'wait until it is ready; exit code 1 when the task failed')
    .option('--timeout <seconds>', 'wait at most so long')
    .addHelpText('after', examples('celeriac -A ./src/tasks.ts result 4b1bd7d4-ab5b-4f7e-b6c3-3c9a4a3c6d2f --wait'));
  attach(result, async () => (await import('../commands/result.ts')).resultCommand);
}
