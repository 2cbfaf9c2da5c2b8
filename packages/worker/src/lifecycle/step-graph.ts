import { type AppOwner, runtimeOf } from '@celeriac/core/internal';
import { type PlannedStep, planSteps } from './blueprint.ts';
import { consumerSteps, workerSteps } from './default-steps.ts';

/** Which blueprint. */
export type BlueprintName = 'worker' | 'consumer';

const BLUEPRINTS: readonly BlueprintName[] = ['worker', 'consumer'];

/**
 * The bootsteps of an app's workers as a graph in the language of Graphviz; an arrow leads to what a step requires.
 * @throws {StepError} when they do not fit together
 * @see celery/bin/graph.py bootsteps
 */
export function stepGraph(app: AppOwner, blueprints: readonly BlueprintName[] = BLUEPRINTS): string {
  const { steps } = runtimeOf(app);
  const planned = { worker: () => planSteps(workerSteps(steps)), consumer: () => planSteps(consumerSteps(steps)) };
  const parts = blueprints.map((name) => clusterOf(name, planned[name]()));
  return `digraph bootsteps {\n  node [shape=box];\n${parts.join('')}}\n`;
}

function clusterOf(blueprint: BlueprintName, steps: readonly PlannedStep[]): string {
  const id = (name: string): string => JSON.stringify(`${blueprint}.${name}`);
  const nodes = steps.map(({ name }, index) => `    ${id(name)} [label=${JSON.stringify(`${index + 1}. ${name}`)}];\n`);
  const edges = steps.flatMap((step) => {
    const needs = new Set(step.last ? [...step.requires, ...beforeLast(steps)] : step.requires);
    return Array.from(needs, (needed) => `    ${id(step.name)} -> ${id(needed)};\n`);
  });
  return `  subgraph cluster_${blueprint} {\n    label=${blueprint};\n${nodes.join('')}${edges.join('')}  }\n`;
}

/** Steps that nobody requires but the last. */
function beforeLast(steps: readonly PlannedStep[]): readonly string[] {
  const required = new Set(steps.filter(({ last }) => !last).flatMap(({ requires }) => requires));
  return steps.filter(({ name, last }) => !last && !required.has(name)).map(({ name }) => name);
}
