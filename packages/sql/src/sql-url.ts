import { InvalidUrlError, maskUrl, parseUrl } from '@celeriac/protocol';
import { type ServerTarget, serverTarget } from './network/server-url.ts';
import { absoluteSqliteUrl, type SqliteTarget, type Synchronous, sqliteTarget } from './sqlite/sqlite-url.ts';
import type { FailUrl } from './url-options.ts';

/** What a database URL says. */
export type SqlTarget = SqliteTarget | ServerTarget;

/** What Celery and kombu put before SQLAlchemy's schemes. */
const PREFIXES: readonly string[] = ['sqla+', 'sqlalchemy+', 'db+'];

/** Names of databases in URLs; a driver of Python may follow after a `+`. */
const DIALECTS: ReadonlyMap<string, SqlTarget['dialect']> = new Map([
  ['sqlite', 'sqlite'],
  ['postgresql', 'postgres'],
  ['postgres', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
]);

/**
 * Reads a database URL as SQLAlchemy does: `sqlite:///relative.db`, `sqlite:////absolute.db`,
 * `postgresql://user:password@host/database`, `mysql+pymysql://…`; `sqla+` and `db+` in front are tolerated, and so are the
 * names of Python's drivers.
 * @param key - the setting the URL comes from, for errors
 * @param folder - relative paths start here
 * @throws {InvalidUrlError} with the URL masked
 */
export function parseSqlUrl(url: string, key = 'url', folder: string = process.cwd()): SqlTarget {
  const maskedUrl = maskUrl(url.trim());
  const fail: FailUrl = (problem, hint) =>
    new InvalidUrlError(key, maskedUrl, problem, hint === undefined ? undefined : { hint });
  const parsed = parseUrl(url, key);
  const database = databaseOf(parsed.scheme);
  const dialect = DIALECTS.get(database);
  if (dialect === undefined) {
    throw fail(
      `"${database}" is no database that can be used here`,
      'Write sqlite:///relative/path.db, postgresql://user:password@host/database or mysql://user:password@host/database.',
    );
  }
  return dialect === 'sqlite'
    ? sqliteTarget(parsed, maskedUrl, folder, fail)
    : serverTarget(dialect, parsed, maskedUrl, fail);
}

function databaseOf(scheme: string): string {
  const prefix = PREFIXES.find((one) => scheme.startsWith(one));
  const rest = prefix === undefined ? scheme : scheme.slice(prefix.length);
  return rest.split('+', 1)[0]!;
}

/**
 * The URL as another thread or folder must write it to mean the same database.
 * @param synchronous - of a file, in place of what the URL says
 * @throws {InvalidUrlError} with the URL masked
 */
export function portableSqlUrl(url: string, synchronous?: Synchronous): string {
  const target = parseSqlUrl(url);
  if (target.dialect !== 'sqlite') return url;
  return absoluteSqliteUrl(synchronous === undefined ? target : { ...target, synchronous });
}
