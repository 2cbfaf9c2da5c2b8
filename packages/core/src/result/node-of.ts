import type { ResultTuple } from '@celeriac/protocol';
import { AsyncResult } from './async-result.ts';
import { GroupResult } from './group-result.ts';
import type { ResultNode } from './result-node.ts';
import type { ResultOwner, ResultSource } from './result-source.ts';

/** A source that makes handles of what it reads. */
export function resultSource(owner: ResultOwner): ResultSource {
  const source: ResultSource = { ...owner, nodeOf: (tuple) => nodeOf(tuple, source) };
  return source;
}

/**
 * The result that a handle on the wire means.
 * @see celery/result.py result_from_tuple
 */
function nodeOf(tuple: ResultTuple, source: ResultSource): ResultNode {
  // A chain of handles is as long as its workflow: no recursion over parents.
  const line: ResultTuple[] = [];
  for (let at: ResultTuple | null = tuple; at !== null; at = at[0][1]) line.push(at);
  let node: ResultNode | undefined;
  for (const [[id], members] of line.reverse()) {
    const parent: ResultNode | undefined = node;
    node =
      members === null
        ? new AsyncResult(id, source, { parent })
        : new GroupResult(
            id,
            members.map((member) => nodeOf(member, source)),
            source,
            { parent },
          );
  }
  return node!;
}
