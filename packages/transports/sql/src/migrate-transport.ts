import { type MigrationReport, migrate as migrateTables, openSqlDatabase } from '@celeriac/sql';
import { messageMigrations } from './message-migrations.ts';
import { MIGRATION_OWNER } from './sql-transport.ts';

/**
 * Brings the broker's tables up to date. Nobody needs to call it: connecting does the same, for a user who may create tables.
 * @throws {InvalidUrlError} | @throws {SqlUnusableError} | @throws {SqlMigrationError}
 */
export async function migrate(url: string): Promise<MigrationReport> {
  const database = openSqlDatabase(url, { key: 'brokerUrl' });
  try {
    await database.connect();
    return await migrateTables(database, MIGRATION_OWNER, messageMigrations);
  } finally {
    await database.close();
  }
}
