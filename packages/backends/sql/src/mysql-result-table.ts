import { outlasts, type StoreReport } from '@celeriac/backend';
import { inBatches, rowsOf, type Steps } from '@celeriac/sql';
import { BaseResultTable } from './base-result-table.ts';
import { effectiveRows, outcomesOf } from './effective-rows.ts';
import { MysqlResultStatements } from './mysql-result-statements.ts';
import type { NewResultRow } from './result-row.ts';
import type { ClosableFeed } from './result-table.ts';
import { SequenceFeed } from './sequence-feed.ts';
import { inTransaction } from './sql-backend-errors.ts';
import type { StorePlace } from './store-place.ts';
import { reportOf, type StoreBatch, settleFirst } from './store-script.ts';

/** Characters and bytes of results in one statement: bytes are sent as text of twice that, and max_allowed_packet is 16 MiB. */
const STORE_BYTES = 4 * 1024 * 1024;

/** Results in MySQL and MariaDB: writers come one after another, so that the sequence grows in the order of the commits. */
export class MysqlResultTable extends BaseResultTable<MysqlResultStatements> {
  readonly feed: ClosableFeed;

  constructor({ database, clock, logger }: StorePlace) {
    super(database, new MysqlResultStatements(database.dialect));
    this.feed = new SequenceFeed({ database, statements: this.statements, clock, logger });
  }

  store(batch: StoreBatch): Promise<StoreReport> {
    return inTransaction(this.database, () => this.#store(batch));
  }

  *#store(batch: StoreBatch): Steps<StoreReport> {
    const part = yield* settleFirst(batch);
    if (part.wanted.length === 0) return reportOf(batch, part, []);
    const rows = part.wanted.map((index) => batch.rows[index]!);
    const effective = effectiveRows(rows);
    yield this.statements.advance.with({ count: effective.length });
    const ids = this.database.dialect.list(effective.map((row) => row.task_id));
    const standing = yield* rowsOf(this.statements.standing.with({ ids, now: batch.nowMs }));
    const coming = new Map(effective.map((row) => [row.task_id, row.status]));
    const finals = new Set(
      standing.flatMap(({ task_id: id, status }) => (id !== null && outlasts(status, coming.get(id)!) ? [id] : [])),
    );
    let seq = (standing[0]?.value ?? 0) - effective.length;
    const writes = effective.filter((row) => !finals.has(row.task_id));
    for (const some of inBatches(writes, sizeOf, STORE_BYTES)) {
      yield this.statements.store.with({ rows: some.map((row) => [...valuesOf(row), ++seq]) });
    }
    return reportOf(batch, part, outcomesOf(rows, finals));
  }
}

function valuesOf(row: NewResultRow): readonly unknown[] {
  const { task_id, status, result, result_bytes, traceback, children, date_done } = row;
  const start = [task_id, status, result, result_bytes, traceback, children, date_done];
  return [...start, row.group_id, row.parent_id, row.extended, row.expires_at];
}

/** Characters and bytes of a row that count. */
function sizeOf({ result, result_bytes, traceback, children, extended }: NewResultRow): number {
  return [result, result_bytes, traceback, children, extended].reduce((sum, one) => sum + (one?.length ?? 0), 0);
}
