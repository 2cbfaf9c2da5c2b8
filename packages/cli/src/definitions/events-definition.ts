import type { Command } from 'commander';
import { type Attach, examples } from './define.ts';

/** `celeriac events`. */
export function defineEvents(program: Command, attach: Attach): void {
  const command = program
    .command('events')
    .description('print the events of workers and tasks as they come, or take snapshots of the cluster')
    .option('-d, --dump', 'every field of every event')
    .option('-c, --camera <module>', 'take snapshots with the camera that this module exports: ./camera.ts:name')
    .option('-F, --frequency <seconds>', 'time between snapshots (default: 1)')
    .option('-r, --maxrate <rate>', 'most snapshots, such as 10/m')
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts events',
        'celeriac -b redis://localhost events --dump',
        'celeriac -A ./src/tasks.ts events --json',
        'celeriac -A ./src/tasks.ts events --camera ./src/camera.ts --frequency 10',
      ),
    );
  attach(command, async () => (await import('../commands/events.ts')).eventsCommand);
}
