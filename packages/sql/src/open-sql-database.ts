import { silentLogger } from '@celeriac/protocol';
import type { SqlDatabase, SqlDatabaseOptions } from './sql-database.ts';
import { parseSqlUrl } from './sql-url.ts';
import { SqliteDatabase } from './sqlite/sqlite-database.ts';

/**
 * Makes a connection to the database that a URL names; opens nothing yet.
 * @throws {InvalidUrlError} with the URL masked
 */
export function openSqlDatabase(url: string, options: SqlDatabaseOptions = {}): SqlDatabase {
  return new SqliteDatabase(parseSqlUrl(url, options.key), options.logger ?? silentLogger);
}
