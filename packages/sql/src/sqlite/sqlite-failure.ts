/**
 * What a failure of SQLite means: `busy` = others hold a lock, try again; `full` = no room; `missing` = file or folder
 * cannot be opened; `unusable` = trying again does not help; `io` = the disk failed; undefined = a bug in a statement.
 */
export type SqliteFailure = 'busy' | 'full' | 'missing' | 'unusable' | 'io' | undefined;

/** Extended result codes are the primary one and more: `SQLITE_IOERR_FSYNC`. */
const PRIMARY: readonly (readonly [prefix: string, failure: SqliteFailure])[] = [
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_PROTOCOL', 'busy'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_CANTOPEN', 'missing'],
  ['SQLITE_NOTADB', 'unusable'],
  ['SQLITE_CORRUPT', 'unusable'],
  ['SQLITE_READONLY', 'unusable'],
  ['SQLITE_PERM', 'unusable'],
  ['SQLITE_AUTH', 'unusable'],
  ['SQLITE_NOMEM', 'io'],
  ['SQLITE_IOERR', 'io'],
];

/** The result code of an error that better-sqlite3 threw. */
export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

export function sqliteFailure(error: unknown): SqliteFailure {
  const code = sqliteCode(error);
  return code === undefined ? undefined : PRIMARY.find(([prefix]) => code.startsWith(prefix))?.[1];
}
