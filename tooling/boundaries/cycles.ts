/**
 * Finds the import cycles of a graph (Tarjan's strongly connected components).
 * @param graph - every node with the nodes it imports; targets that are no keys are ignored
 * @returns one list per knot, each starting at its first node in order of `graph`; a node that imports itself counts
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, { readonly index: number; low: number; open: boolean }>();
  const stack: string[] = [];
  const knots: string[][] = [];

  const visit = (node: string): number => {
    const state = { index: order.size, low: order.size, open: true };
    order.set(node, state);
    stack.push(node);
    for (const target of graph.get(node) ?? []) {
      if (!graph.has(target)) continue;
      const seen = order.get(target);
      if (seen === undefined) state.low = Math.min(state.low, visit(target));
      else if (seen.open) state.low = Math.min(state.low, seen.index);
    }
    if (state.low === state.index) knots.push(...closeKnot(node));
    return state.low;
  };

  const closeKnot = (root: string): string[][] => {
    const knot = stack.splice(stack.indexOf(root));
    for (const node of knot) (order.get(node) as { open: boolean }).open = false;
    return knot.length > 1 || graph.get(root)?.includes(root) ? [knot] : [];
  };

  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return knots;
}
