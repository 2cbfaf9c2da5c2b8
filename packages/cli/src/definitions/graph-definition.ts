import type { Command } from 'commander';
import { type Attach, choiceArgument, examples } from './define.ts';

/** `celeriac graph`. */
export function defineGraph(program: Command, attach: Attach): void {
  const graph = program
    .command('graph')
    .description('print a graph in the language of Graphviz')
    .addArgument(choiceArgument('what', 'bootsteps: the parts of a worker and what each requires', ['bootsteps']))
    .addHelpText('after', examples('celeriac -A ./src/tasks.ts graph bootsteps | dot -Tsvg > bootsteps.svg'));
  attach(graph, async () => (await import('../commands/graph.ts')).graphCommand);
}
