import { type MigrationReport, migrate as migrateTables, openSqlDatabase } from '@celeriac/sql';
import { resultMigrations } from './result-migrations.ts';
import { MIGRATION_OWNER } from './sql-backend.ts';

/**
 * Brings the result store's tables up to date. Nobody needs to call it: connecting does the same, for a user who may create
 * tables.
 * @throws {InvalidUrlError} | @throws {SqlUnusableError} | @throws {SqlMigrationError}
 */
export async function migrate(url: string): Promise<MigrationReport> {
  const database = openSqlDatabase(url, { key: 'resultBackend' });
  try {
    await database.connect();
    return await migrateTables(database, MIGRATION_OWNER, resultMigrations);
  } finally {
    await database.close();
  }
}
