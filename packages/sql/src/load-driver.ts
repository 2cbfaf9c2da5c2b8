import { SqlDriverMissingError } from './sql-errors.ts';

/**
 * Loads the client of a database, an optional peer of this package.
 * @param databaseName - as people call it
 * @throws {SqlDriverMissingError} with the command that installs it
 */
export async function loadDriver<T>(packageName: string, databaseName: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new SqlDriverMissingError(packageName, databaseName, { cause });
  }
}
