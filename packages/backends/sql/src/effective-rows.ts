import type { StoreOutcome } from '@celeriac/backend';
import type { NewResultRow } from './result-row.ts';

/** The rows of a batch that stand in the end, one for each task, in the order of their ids. */
export function effectiveRows(rows: readonly NewResultRow[]): readonly NewResultRow[] {
  const effective = new Map<string, NewResultRow>();
  for (const row of rows) {
    if (effective.get(row.task_id)?.status !== 'SUCCESS') effective.set(row.task_id, row);
  }
  // Everybody writes in the same order, so that no two wait for each other.
  return [...effective.values()].sort((one, other) => (one.task_id < other.task_id ? -1 : 1));
}

/**
 * What became of each row of a batch.
 * @param finals - ids whose SUCCESS stood before the batch
 */
export function outcomesOf(rows: readonly NewResultRow[], finals: ReadonlySet<string>): readonly StoreOutcome[] {
  const ended = new Set(finals);
  return rows.map((row) => {
    if (ended.has(row.task_id)) return 'final';
    if (row.status === 'SUCCESS') ended.add(row.task_id);
    return 'stored';
  });
}
