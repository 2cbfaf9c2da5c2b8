export { ensureMigrated, migrate } from './migrate.ts';
export type { Migration, MigrationReport } from './migration.ts';
export { openSqlDatabase } from './open-sql-database.ts';
export type { ChangeWatch, SqlDatabase, SqlDatabaseOptions, TransactionOptions } from './sql-database.ts';
export type { SqlDialect } from './sql-dialect.ts';
export {
  SqlBusyError,
  SqlDiskFullError,
  SqlDriverMissingError,
  SqlMigrationError,
  SqlUnavailableError,
  SqlUnusableError,
} from './sql-errors.ts';
export { absoluteSqlUrl, parseSqlUrl, type SqliteTarget, type Synchronous } from './sql-url.ts';
export {
  type BulkStatement,
  changesOf,
  type Row,
  rowsOf,
  type Script,
  type Statement,
  type StatementResult,
  type Steps,
} from './statement.ts';
export { type BuildStatement, type Placeholders, StatementTemplate } from './statement-template.ts';
