import type { StoreReport } from '@celeriac/backend';
import { changesOf, rowsOf, type SqlDatabase, type StatementTemplate } from '@celeriac/sql';
import type { ResultRow } from './result-row.ts';
import type { ClosableFeed, ResultTable } from './result-table.ts';
import { inTransaction } from './sql-backend-errors.ts';
import type { StoreBatch } from './store-script.ts';

interface BaseStatements {
  readonly load: StatementTemplate<{ ids: unknown; now: number }, ResultRow>;
  readonly forget: StatementTemplate<{ ids: unknown }>;
  readonly dropExpired: StatementTemplate<{ now: number; limit: number }>;
}

/** What results have in common on all databases; each stores them, and tells of them, in its own way. */
export abstract class BaseResultTable<Statements extends BaseStatements> implements ResultTable {
  abstract readonly feed: ClosableFeed;
  protected readonly database: SqlDatabase;
  protected readonly statements: Statements;

  constructor(database: SqlDatabase, statements: Statements) {
    this.database = database;
    this.statements = statements;
  }

  abstract store(batch: StoreBatch): Promise<StoreReport>;

  load(ids: readonly string[], nowMs: number): Promise<readonly ResultRow[]> {
    const statement = this.statements.load.with({ ids: this.database.dialect.list(ids), now: nowMs });
    return inTransaction(this.database, () => rowsOf(statement), 'read');
  }

  async forget(ids: readonly string[]): Promise<void> {
    const statement = this.statements.forget.with({ ids: this.database.dialect.list(ids) });
    await inTransaction(this.database, () => rowsOf(statement), 'statement');
  }

  dropExpired(nowMs: number, limit: number): Promise<number> {
    const statement = this.statements.dropExpired.with({ now: nowMs, limit });
    return inTransaction(this.database, () => changesOf(statement), 'statement');
  }
}
