import type { StoreReport } from '@celeriac/backend';
import { changesOf, rowsOf, type SqlDatabase, type Steps } from '@celeriac/sql';
import type { ResultRow } from './result-row.ts';
import type { ClosableFeed, ResultTable } from './result-table.ts';
import { SequenceFeed } from './sequence-feed.ts';
import { inTransaction } from './sql-backend-errors.ts';
import { SqliteResultStatements } from './sqlite-result-statements.ts';
import type { StorePlace } from './store-place.ts';
import { reportOf, type StoreBatch, settleFirst } from './store-script.ts';

/** Results in an SQLite file: numbers of the sequence are given out with the lock in hand. */
export class SqliteResultTable implements ResultTable {
  readonly feed: ClosableFeed;
  readonly #database: SqlDatabase;
  readonly #statements: SqliteResultStatements;

  constructor({ database, clock, logger }: StorePlace) {
    this.#database = database;
    this.#statements = new SqliteResultStatements(database.dialect);
    this.feed = new SequenceFeed({ database, statements: this.#statements, clock, logger });
  }

  store(batch: StoreBatch): Promise<StoreReport> {
    return inTransaction(this.#database, () => this.#store(batch));
  }

  load(ids: readonly string[], nowMs: number): Promise<readonly ResultRow[]> {
    const statement = this.#statements.load.with({ ids: this.#database.dialect.list(ids), now: nowMs });
    return inTransaction(this.#database, () => rowsOf(statement), 'read');
  }

  async forget(ids: readonly string[]): Promise<void> {
    const statement = this.#statements.forget.with({ ids: this.#database.dialect.list(ids) });
    await inTransaction(this.#database, () => rowsOf(statement));
  }

  dropExpired(nowMs: number, limit: number): Promise<number> {
    return inTransaction(this.#database, () => changesOf(this.#statements.dropExpired.with({ now: nowMs, limit })));
  }

  *#store(batch: StoreBatch): Steps<StoreReport> {
    const { rows, nowMs } = batch;
    const part = yield* settleFirst(batch);
    const count = part.wanted.length;
    if (count === 0) return reportOf(batch, part, []);
    const [counter] = yield* rowsOf(this.#statements.advance.with({ count }));
    let seq = (counter?.value ?? 0) - count;
    const writes = part.wanted.map((index) => {
      const row = rows[index]!;
      row.seq = ++seq;
      return row;
    });
    const { affected } = yield this.#statements.store.withEach(writes, { now: nowMs });
    return reportOf(
      batch,
      part,
      affected.map((changed) => (changed > 0 ? 'stored' : 'final')),
    );
  }
}
