import type { StoreOutcome, StoreReport, StoreRequest } from '@celeriac/backend';
import type { JointWork } from '@celeriac/protocol';
import { rowsOf, type Steps } from '@celeriac/sql';
import type { NewResultRow } from './result-row.ts';

/** A batch of results to write in one transaction. */
export interface StoreBatch {
  readonly requests: readonly StoreRequest[];
  /** The requests as rows, in the same order. */
  readonly rows: readonly NewResultRow[];
  readonly joint: JointWork | undefined;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/** What of a batch is to be written once its messages are settled. */
export interface SettledBatch {
  /** The receipts that were held. */
  readonly settled: readonly string[];
  /** Indexes of the requests to write. */
  readonly wanted: readonly number[];
}

/** Settles first: a result whose message is not held any more is somebody else's to write. */
export function* settleFirst({ requests, joint }: StoreBatch): Steps<SettledBatch> {
  const settled = joint === undefined ? [] : yield* settle(joint);
  const held = joint === undefined ? undefined : new Set(settled);
  const wanted: number[] = [];
  for (const [index, { guard }] of requests.entries()) {
    if (held === undefined || guard === undefined || held.has(guard)) wanted.push(index);
  }
  return { settled, wanted };
}

/** The report with every request that is not written `not-held`. @param outcomes - of those that were wanted, in order */
export function reportOf(
  { requests }: StoreBatch,
  { settled, wanted }: SettledBatch,
  outcomes: readonly StoreOutcome[],
): StoreReport {
  const all = new Array<StoreOutcome>(requests.length).fill('not-held');
  for (const [at, index] of wanted.entries()) all[index] = outcomes[at]!;
  return { outcomes: all, settled };
}

function* settle({ statement, effect }: JointWork): Steps<readonly string[]> {
  const rows = yield* rowsOf<{ readonly guard: string }>(statement);
  if (effect !== undefined && rows.length > 0) yield effect;
  return rows.map((row) => row.guard);
}
