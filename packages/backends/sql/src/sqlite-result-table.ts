import type { StoreReport } from '@celeriac/backend';
import { rowsOf, type Steps } from '@celeriac/sql';
import { BaseResultTable } from './base-result-table.ts';
import type { ClosableFeed } from './result-table.ts';
import { SequenceFeed } from './sequence-feed.ts';
import { inTransaction } from './sql-backend-errors.ts';
import { SqliteResultStatements } from './sqlite-result-statements.ts';
import type { StorePlace } from './store-place.ts';
import { reportOf, type StoreBatch, settleFirst } from './store-script.ts';

/** Results in an SQLite file: numbers of the sequence are given out with the lock in hand. */
export class SqliteResultTable extends BaseResultTable<SqliteResultStatements> {
  readonly feed: ClosableFeed;

  constructor({ database, clock, logger }: StorePlace) {
    super(database, new SqliteResultStatements(database.dialect));
    this.feed = new SequenceFeed({ database, statements: this.statements, clock, logger });
  }

  store(batch: StoreBatch): Promise<StoreReport> {
    return inTransaction(this.database, () => this.#store(batch));
  }

  *#store(batch: StoreBatch): Steps<StoreReport> {
    const { rows, nowMs } = batch;
    const part = yield* settleFirst(batch);
    const count = part.wanted.length;
    if (count === 0) return reportOf(batch, part, []);
    const [counter] = yield* rowsOf(this.statements.advance.with({ count }));
    let seq = (counter?.value ?? 0) - count;
    const writes = part.wanted.map((index) => {
      const row = rows[index]!;
      row.seq = ++seq;
      return row;
    });
    const { affected } = yield this.statements.store.withEach(writes, { now: nowMs });
    return reportOf(
      batch,
      part,
      affected.map((changed) => (changed > 0 ? 'stored' : 'final')),
    );
  }
}
