import { setTimeout as sleep } from 'node:timers/promises';
import type { Celeriac, ResultGraph, ResultNode } from '@celeriac/core';
import { isCeleriacError, isReady } from '@celeriac/protocol';
import type { CommandCode } from '../definitions/define.ts';
import { packageFolders } from '../import-package.ts';
import { type OpenApp, withApp } from '../open-app.ts';
import type { Output } from '../output.ts';
import { requireBackend } from '../wait-for-result.ts';
import { workerPackage } from '../worker-package.ts';

/** How a workflow can be shown. */
export type GraphFormat = 'text' | 'dot' | 'mermaid';

const LOOK_MS = 500;
/** Parents that are followed upwards from an id. */
const MOST_PARENTS = 10_000;

/** `celeriac graph`. */
export const graphCommand: CommandCode = async ({ globals, output }, [, what = ''], options) =>
  withApp(globals, async (open) => {
    if (what === 'bootsteps') return printSteps(open, globals.workdir, output);
    await requireBackend(open, 'graph');
    const format = (options['format'] ?? 'text') as GraphFormat;
    return printWorkflow(open.app, what, { output, format, watch: options['watch'] === true });
  });

async function printSteps({ app, runtime, file }: OpenApp, workdir: string, output: Output): Promise<number> {
  const { stepGraph } = await workerPackage('graph', packageFolders(workdir, file));
  // A module of tasks may add steps.
  await runtime.loadTasks();
  const graph = stepGraph(app);
  output.data({ graph }, () => graph.trimEnd());
  return 0;
}

interface Show {
  readonly output: Output;
  readonly format: GraphFormat;
  /** Again whenever something has changed, until all is done. */
  readonly watch: boolean;
}

async function printWorkflow(app: Celeriac, id: string, { output, format, watch }: Show): Promise<number> {
  let shown: string | undefined;
  for (;;) {
    const graph = await (await workflowOf(app, id)).buildGraph({ intermediate: true });
    const text = graphText(graph, format);
    if (text !== shown) {
      if (shown !== undefined && !output.json) output.text('');
      output.data({ nodes: graph.nodes, edges: graph.edges }, () => text);
    }
    shown = text;
    if (!watch || graph.nodes.every(({ state }) => isReady(state))) return 0;
    await sleep(LOOK_MS);
  }
}

/** The workflow as it was kept when it was sent; else what leads to the task, by the parents that the store tells. */
async function workflowOf(
  app: Celeriac,
  id: string,
): Promise<ResultNode & Pick<ReturnType<Celeriac['result']>, 'buildGraph'>> {
  const kept = await keptWorkflow(app, id);
  if (kept !== undefined) return kept as Awaited<ReturnType<typeof workflowOf>>;
  let root = app.result(id);
  const seen = new Set([id]);
  while (seen.size < MOST_PARENTS) {
    const parent = (await root.meta())?.parent_id;
    if (parent === undefined || seen.has(parent)) break;
    seen.add(parent);
    root = app.result(parent);
  }
  return root;
}

async function keptWorkflow(app: Celeriac, id: string): Promise<ResultNode | undefined> {
  try {
    return await app.restore(id);
  } catch (error) {
    if (isCeleriacError(error, 'CLR_GROUPS_NOT_KEPT')) return undefined;
    throw error;
  }
}

function graphText(graph: ResultGraph, format: GraphFormat): string {
  if (format === 'dot') return graph.toDot();
  return format === 'mermaid' ? graph.toMermaid() : graph.toText();
}
