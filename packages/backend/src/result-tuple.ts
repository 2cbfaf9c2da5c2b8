import type { ResultTuple } from '@celeriac/protocol';

/**
 * Whether a decoded value has the form `[[id, parent], children]`, all the way down.
 * @see celery/result.py result_from_tuple
 */
export function isResultTuple(value: unknown): value is ResultTuple {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [node, children] = value as unknown[];
  if (!Array.isArray(node) || node.length !== 2 || typeof node[0] !== 'string') return false;
  if (node[1] !== null && !isResultTuple(node[1])) return false;
  return children === null || (Array.isArray(children) && children.every(isResultTuple));
}
