import type { Command } from 'commander';
import { type Attach, choiceOption, examples } from './define.ts';

/** How a workflow can be shown. */
const FORMATS = ['text', 'dot', 'mermaid'] as const;

/** `celeriac graph`. */
export function defineGraph(program: Command, attach: Attach): void {
  const graph = program
    .command('graph')
    .description('the tree of a workflow with the states of its tasks, or the parts of a worker')
    .argument('<what>', 'the id of a task or group of the workflow, or bootsteps: what each part of a worker requires')
    .addOption(choiceOption('--format <format>', 'how a workflow is printed: text, dot or mermaid', FORMATS))
    .option('--watch', 'print it again whenever something has changed, until all is done')
    .addHelpText(
      'after',
      examples(
        'celeriac -A ./src/tasks.ts graph 8f14e45f-ceea-467f-a0e6-1b1b8b1b8b1b --watch',
        'celeriac -A ./src/tasks.ts graph 8f14e45f-ceea-467f-a0e6-1b1b8b1b8b1b --format dot | dot -Tsvg > flow.svg',
        'celeriac -A ./src/tasks.ts graph bootsteps | dot -Tsvg > bootsteps.svg',
      ),
    );
  attach(graph, async () => (await import('../commands/graph.ts')).graphCommand);
}
