import { IncompleteResultsError } from './result-errors.ts';
import type { GetOptions, ResultNode } from './result-node.ts';

/**
 * A result and all that follow from it: what it sent, and the members of groups, level by level.
 * @see celery/result.py AsyncResult.iterdeps
 */
export async function* walkResults(
  root: ResultNode,
  intermediate: boolean,
): AsyncGenerator<readonly [parent: ResultNode | undefined, node: ResultNode]> {
  const seen = new Set<string>();
  const waiting: (readonly [ResultNode | undefined, ResultNode])[] = [[undefined, root]];
  for (let pair = waiting.shift(); pair !== undefined; pair = waiting.shift()) {
    const [, node] = pair;
    yield pair;
    // A retried task counts itself among its children.
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    if (node.members === undefined && !intermediate && !(await node.ready())) throw new IncompleteResultsError(node.id);
    for (const child of await node.children()) if (!seen.has(child.id)) waiting.push([node, child]);
  }
}

/** Waits for a result and for all that follow from it. @see celery/result.py AsyncResult.collect */
export async function* collectResults(
  root: ResultNode,
  options: GetOptions,
): AsyncGenerator<readonly [node: ResultNode, value: unknown]> {
  for await (const [, node] of walkResults(root, true)) yield [node, await node.get(options)];
}
