import { outlasts, type StoreOutcome } from '@celeriac/backend';
import type { NewResultRow } from './result-row.ts';

/** The rows of a batch that stand in the end, one for each task, in the order of their ids. */
export function effectiveRows(rows: readonly NewResultRow[]): readonly NewResultRow[] {
  const effective = new Map<string, NewResultRow>();
  for (const row of rows) {
    if (!outlasts(effective.get(row.task_id)?.status, row.status)) effective.set(row.task_id, row);
  }
  // Everybody writes in the same order, so that no two wait for each other.
  return [...effective.values()].sort((one, other) => (one.task_id < other.task_id ? -1 : 1));
}

/**
 * What became of each row of a batch.
 * @param finals - ids of which something stands that was before the batch
 */
export function outcomesOf(rows: readonly NewResultRow[], finals: ReadonlySet<string>): readonly StoreOutcome[] {
  const standing = new Map<string, string>();
  return rows.map(({ task_id: id, status }) => {
    if (finals.has(id) || outlasts(standing.get(id), status)) return 'final';
    standing.set(id, status);
    return 'stored';
  });
}
