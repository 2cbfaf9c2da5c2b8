export { inBatches } from './in-batches.ts';
export { ensureMigrated, migrate } from './migrate.ts';
export type { Migration, MigrationReport } from './migration.ts';
export type { ServerTls } from './network/server-tls.ts';
export type { ServerTarget } from './network/server-url.ts';
export { openSqlDatabase } from './open-sql-database.ts';
export type {
  ChangeListener,
  ChangeWatch,
  SqlDatabase,
  SqlDatabaseOptions,
  TransactionOptions,
} from './sql-database.ts';
export type { SqlDialect } from './sql-dialect.ts';
export {
  SqlBusyError,
  SqlDiskFullError,
  SqlDriverMissingError,
  SqlMigrationError,
  SqlTooLargeError,
  SqlUnavailableError,
  SqlUnusableError,
} from './sql-errors.ts';
export { sqlSchemes } from './sql-schemes.ts';
export { parseSqlUrl, portableSqlUrl, type SqlTarget } from './sql-url.ts';
export type { SqliteTarget, Synchronous } from './sqlite/sqlite-url.ts';
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
export { WAITED_MS } from './waited-ms.ts';
