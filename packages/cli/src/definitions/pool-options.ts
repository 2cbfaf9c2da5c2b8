import { type Command, Option } from 'commander';
import { POOLS } from '../pools.ts';
import { choiceOption } from './define.ts';

/** How short tasks reach the processes of a pool. */
export const OPTIMIZATIONS = ['default', 'fair'] as const;

/** The options of `celeriac worker` that are about what runs tasks. */
export function addPoolOptions(command: Command): void {
  command
    .option('-c, --concurrency <count>', 'processes, threads, or tasks at a time (default: number of cores)')
    .addOption(
      // The choices are for the shell to complete; any other name may be that of a package.
      new Option(
        '-P, --pool <pool>',
        'prefork: child processes; threads; async: many in this process; solo: one; or a package with a pool',
      )
        .choices(POOLS)
        .argParser((text: string) => text),
    )
    .option('--child-concurrency <count>', 'tasks at a time in one process or thread (default: 1)')
    .option(
      '--autoscale <max,min>',
      'let the pool grow and shrink with its work, between these; one number is the most',
    )
    .addOption(
      choiceOption(
        '-O, --optimization <how>',
        'default: short tasks are handed to processes ahead; fair: only to idle ones',
        OPTIMIZATIONS,
      ),
    )
    .option('--max-tasks-per-child <count>', 'replace a process or thread after so many tasks')
    .option('--max-memory-per-child <KiB>', 'replace a process after its task when it has grown above this')
    .option('--time-limit <seconds>', 'stop tasks that run longer, unless they have a limit of their own')
    .option('--soft-time-limit <seconds>', 'tell tasks that run longer to end')
    .option('--prefetch-multiplier <count>', 'messages held for each of the tasks at a time; 0 = no limit')
    .option('--disable-prefetch', 'take a message only when there is room for its task');
}
