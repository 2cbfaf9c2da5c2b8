import { StepError } from './step-error.ts';

/** A step as far as its place is concerned. */
export interface StepNode {
  readonly name: string;
  /** Names of the steps that it needs. */
  readonly requires: readonly string[];
  /** It comes after all that are not last. */
  readonly last: boolean;
}

/**
 * Puts steps into an order in which each comes after what it requires; otherwise they stay in the order given.
 * @throws {StepError} for a name given twice, a requirement that nobody has, and steps that require each other
 * @see celery/bootsteps.py Blueprint._finalize_steps
 */
export function orderSteps<Node extends StepNode>(nodes: readonly Node[]): readonly Node[] {
  const byName = new Map<string, Node>();
  for (const node of nodes) {
    if (byName.has(node.name)) throw new StepError('duplicate', [node.name], `Two bootsteps are named "${node.name}".`);
    byName.set(node.name, node);
  }
  const ordered = new Set<Node>();
  const path: Node[] = [];
  const visit = (node: Node): void => {
    if (ordered.has(node)) return;
    const start = path.indexOf(node);
    if (start >= 0) throw cycle([...path.slice(start), node]);
    path.push(node);
    for (const needed of needsOf(node, nodes, byName)) visit(needed);
    path.pop();
    ordered.add(node);
  };
  for (const node of nodes) visit(node);
  return [...ordered];
}

function needsOf<Node extends StepNode>(
  node: Node,
  nodes: readonly Node[],
  byName: ReadonlyMap<string, Node>,
): readonly Node[] {
  const required = node.requires.map((name) => byName.get(name) ?? missing(node, name, byName));
  return node.last ? [...required, ...nodes.filter((other) => !other.last)] : required;
}

function missing(node: StepNode, name: string, byName: ReadonlyMap<string, StepNode>): never {
  throw new StepError(
    'missing',
    [node.name, name],
    `The bootstep "${node.name}" requires "${name}", which is not among ${[...byName.keys()].join(', ')}.`,
  );
}

function cycle(path: readonly StepNode[]): StepError {
  const names = path.map(({ name }) => name);
  return new StepError('cycle', names.slice(1), `Bootsteps require each other: ${names.join(' -> ')}.`);
}
