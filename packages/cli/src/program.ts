import { Command } from 'commander';
import { defineBeat } from './definitions/beat-definition.ts';
import { defineCalls } from './definitions/call-definition.ts';
import { defineCompletion } from './definitions/completion-definition.ts';
import { defineControl } from './definitions/control-definition.ts';
import { defineDaemons } from './definitions/daemon-definition.ts';
import { type Attach, examples } from './definitions/define.ts';
import { defineEvents } from './definitions/events-definition.ts';
import { defineGraph } from './definitions/graph-definition.ts';
import { defineInspection } from './definitions/inspection-definition.ts';
import { defineQueues } from './definitions/queue-definition.ts';
import { defineWorker } from './definitions/worker-definition.ts';
import { cliVersion } from './version.ts';

export interface ProgramParts {
  /** Gives a command its code. */
  readonly attach: Attach;
  /** Where help goes. */
  readonly writeOut: (text: string) => void;
}

/** The `celeriac` command with all its subcommands; parsing throws instead of ending the process. */
export function buildProgram({ attach, writeOut }: ProgramParts): Command {
  const program = new Command('celeriac')
    .description('Celery for TypeScript: run workers, call tasks, look after queues')
    .version(cliVersion(), '-V, --version', 'print the version')
    .option('-A, --app <module>', 'module of your app: proj, ./src/tasks.ts, module:exportName (default: $CELERY_APP)')
    .option('-b, --broker <url>', 'broker to use instead of the app’s')
    .option('--result-backend <url>', 'result store to use instead of the app’s')
    .option('--workdir <path>', 'folder to work in')
    .option('-j, --json', 'print data and errors as JSON')
    .option('-q, --quiet', 'print nothing but data and errors')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .option('--debug', 'print stack traces with errors')
    .exitOverride()
    .configureOutput({ writeOut, writeErr: () => {}, outputError: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts worker -l info',
        "celeriac -A ./src/tasks.ts call tasks.add --args '[2, 3]' --wait",
        'celeriac worker --help',
      ),
    );
  defineWorker(program, attach);
  defineBeat(program, attach);
  defineCalls(program, attach);
  defineControl(program, attach);
  defineEvents(program, attach);
  defineQueues(program, attach);
  defineInspection(program, attach);
  defineGraph(program, attach);
  defineDaemons(program, attach);
  defineCompletion(program, attach);
  return program;
}
