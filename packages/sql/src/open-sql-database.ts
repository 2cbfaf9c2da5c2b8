import { silentLogger } from '@celeriac/protocol';
import { mysqlDatabase } from './mysql/mysql-database.ts';
import { postgresDatabase } from './postgres/postgres-database.ts';
import type { SqlDatabase, SqlDatabaseOptions } from './sql-database.ts';
import { parseSqlUrl } from './sql-url.ts';
import { SqliteDatabase } from './sqlite/sqlite-database.ts';

/**
 * Makes ready to connect to the database that a URL names; opens nothing yet.
 * @throws {InvalidUrlError} with the URL masked
 */
export function openSqlDatabase(url: string, options: SqlDatabaseOptions = {}): SqlDatabase {
  const target = parseSqlUrl(url, options.key);
  const logger = options.logger ?? silentLogger;
  if (target.dialect === 'sqlite') return new SqliteDatabase(target, logger);
  return target.dialect === 'postgres' ? postgresDatabase(target, logger) : mysqlDatabase(target, logger);
}
