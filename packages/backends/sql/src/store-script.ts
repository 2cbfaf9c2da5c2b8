import type { StoreOutcome, StoreReport, StoreRequest } from '@celeriac/backend';
import type { JointWork } from '@celeriac/protocol';
import { rowsOf, type Steps } from '@celeriac/sql';
import type { NewResultRow } from './result-row.ts';
import type { ResultStatements } from './result-statements.ts';

/** A batch of results to write in one transaction. */
export interface StoreBatch {
  readonly requests: readonly StoreRequest[];
  /** The requests as rows, in the same order. */
  readonly rows: readonly NewResultRow[];
  readonly joint: JointWork | undefined;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/** Settles first: a result whose message is not held any more is somebody else's to write. */
export function* storeScript(statements: ResultStatements, batch: StoreBatch): Steps<StoreReport> {
  const { requests, rows, joint, nowMs } = batch;
  const settled = joint === undefined ? [] : yield* settle(joint);
  const held = joint === undefined ? undefined : new Set(settled);
  const outcomes = new Array<StoreOutcome>(requests.length).fill('not-held');
  const wanted: number[] = [];
  for (const [index, { guard }] of requests.entries()) {
    if (held === undefined || guard === undefined || held.has(guard)) wanted.push(index);
  }
  if (wanted.length === 0) return { outcomes, settled };
  const [counter] = yield* rowsOf(statements.advance.with({ count: wanted.length }));
  let seq = (counter?.value ?? 0) - wanted.length;
  const writes = wanted.map((index) => {
    const row = rows[index]!;
    row.seq = ++seq;
    return row;
  });
  const { affected } = yield statements.store.withEach(writes, { now: nowMs });
  for (const [at, index] of wanted.entries()) outcomes[index] = affected[at]! > 0 ? 'stored' : 'final';
  return { outcomes, settled };
}

function* settle({ statement }: JointWork): Steps<readonly string[]> {
  const rows = yield* rowsOf<{ readonly guard: string }>(statement);
  return rows.map((row) => row.guard);
}
