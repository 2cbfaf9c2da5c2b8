import type { StoreReport } from '@celeriac/backend';
import { isReady } from '@celeriac/protocol';
import { rowsOf, type Steps } from '@celeriac/sql';
import { AnnouncedFeed } from './announced-feed.ts';
import { announcements } from './announcements.ts';
import { BaseResultTable } from './base-result-table.ts';
import { effectiveRows, outcomesOf } from './effective-rows.ts';
import { PostgresResultStatements } from './postgres-result-statements.ts';
import type { NewResultRow } from './result-row.ts';
import type { ClosableFeed } from './result-table.ts';
import { inTransaction } from './sql-backend-errors.ts';
import type { StorePlace } from './store-place.ts';
import { reportOf, type StoreBatch, settleFirst } from './store-script.ts';

/** Results in PostgreSQL: a batch is one statement, which announces what became ready. */
export class PostgresResultTable extends BaseResultTable<PostgresResultStatements> {
  readonly feed: ClosableFeed;

  constructor({ database }: StorePlace) {
    super(database, new PostgresResultStatements(database.dialect));
    this.feed = new AnnouncedFeed(database);
  }

  store(batch: StoreBatch): Promise<StoreReport> {
    const mode = batch.joint === undefined ? 'statement' : 'write';
    return inTransaction(this.database, () => this.#store(batch), mode);
  }

  *#store(batch: StoreBatch): Steps<StoreReport> {
    const part = yield* settleFirst(batch);
    if (part.wanted.length === 0) return reportOf(batch, part, []);
    const rows = part.wanted.map((index) => batch.rows[index]!);
    const effective = effectiveRows(rows);
    const stored = yield* rowsOf(this.statements.store.with({ ...columnsOf(effective), now: batch.nowMs }));
    const written = new Set(stored.map((row) => row.task_id));
    const finals = new Set(effective.map((row) => row.task_id).filter((id) => !written.has(id)));
    return reportOf(batch, part, outcomesOf(rows, finals));
  }
}

/** One list for each column. */
function columnsOf(rows: readonly NewResultRow[]) {
  return {
    taskIds: rows.map((row) => row.task_id),
    statuses: rows.map((row) => row.status),
    results: rows.map((row) => row.result),
    resultBytes: rows.map((row) => row.result_bytes),
    tracebacks: rows.map((row) => row.traceback),
    children: rows.map((row) => row.children),
    datesDone: rows.map((row) => row.date_done),
    groupIds: rows.map((row) => row.group_id),
    parentIds: rows.map((row) => row.parent_id),
    extended: rows.map((row) => row.extended),
    expiresAt: rows.map((row) => row.expires_at),
    news: announcements(rows.filter((row) => isReady(row.status)).map((row) => row.task_id)),
  };
}
