import { escapeForLog } from '@celeriac/protocol/basics';
import { IncompleteResultsError } from './result-errors.ts';
import { type GraphEdge, type GraphNode, ResultGraph } from './result-graph.ts';
import type { ResultNode } from './result-node.ts';

/**
 * The graph around a result: its parents as far as the handle knows them, and all that follows from any of them.
 * @param intermediate - false: throws at a result that is not ready
 * @throws {IncompleteResultsError}
 */
export async function buildGraph(root: ResultNode, intermediate: boolean): Promise<ResultGraph> {
  const nodes = new Map<string, ResultNode>();
  const edges = new Map<string, GraphEdge>();
  const link = (before: string, after: string): void => {
    if (before !== after) edges.set(`${before} ${after}`, { before, after });
  };
  const waiting: ResultNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (nodes.has(node.id) && node.parent === undefined) continue;
    const isNew = !nodes.has(node.id);
    nodes.set(node.id, node);
    const { parent } = node;
    if (parent !== undefined) {
      linkParent(parent, node.id, link);
      waiting.push(parent);
    }
    if (!isNew) continue;
    if (!intermediate && node.members === undefined && !(await node.ready())) throw new IncompleteResultsError(node.id);
    for (const child of await node.children()) {
      // What has a parent of its own, a chord's body, hangs below that.
      if (child.parent === undefined) link(node.id, child.id);
      waiting.push(child);
    }
  }
  return new ResultGraph(await described(inOrder(nodes, [...edges.values()])), [...edges.values()]);
}

/** What follows a group waits for every one of its members. */
function linkParent(parent: ResultNode, id: string, link: (before: string, after: string) => void): void {
  if (parent.members === undefined || parent.members.length === 0) link(parent.id, id);
  else for (const member of parent.members) link(member.id, id);
}

/** Parents first. */
function inOrder(nodes: ReadonlyMap<string, ResultNode>, edges: readonly GraphEdge[]): readonly ResultNode[] {
  const open = new Map<string, number>();
  const next = new Map<string, string[]>();
  for (const { before, after } of edges) {
    open.set(after, (open.get(after) ?? 0) + 1);
    next.set(before, [...(next.get(before) ?? []), after]);
  }
  const waiting = [...nodes.keys()].filter((id) => !open.has(id));
  const order: string[] = [];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    order.push(id);
    for (const after of next.get(id) ?? []) {
      const left = open.get(after)! - 1;
      open.set(after, left);
      if (left === 0) waiting.push(after);
    }
  }
  // A cycle can only come from what a store made up.
  return [...new Set([...order, ...nodes.keys()])].map((id) => nodes.get(id)!).filter((node) => node !== undefined);
}

async function described(nodes: readonly ResultNode[]): Promise<readonly GraphNode[]> {
  return Promise.all(
    nodes.map(async (node): Promise<GraphNode> => {
      if (node.members !== undefined)
        return { id: node.id, kind: 'group', state: await groupState(node), name: undefined };
      const meta = await node.meta?.();
      const name = meta?.name === undefined ? undefined : escapeForLog(meta.name, 120);
      return { id: node.id, kind: 'task', state: escapeForLog(meta?.status ?? 'PENDING', 40), name };
    }),
  );
}

async function groupState(node: ResultNode): Promise<string> {
  if (await node.failed()) return 'FAILURE';
  if (await node.successful()) return 'SUCCESS';
  return (await node.ready()) ? 'REVOKED' : 'PENDING';
}
