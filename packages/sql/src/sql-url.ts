import { resolve } from 'node:path';
import { closest, InvalidUrlError, maskUrl, parseUrl } from '@celeriac/protocol';

/** How hard a commit is pushed to the disk before it counts. */
export type Synchronous = 'off' | 'normal' | 'full' | 'extra';

/** What a `sqlite:` URL says. */
export interface SqliteTarget {
  readonly dialect: 'sqlite';
  /** The URL for logs. */
  readonly maskedUrl: string;
  /** Absolute path of the file. */
  readonly file: string;
  readonly synchronous: Synchronous;
  /** How long a transaction waits for the locks of others, milliseconds. */
  readonly busyTimeoutMs: number;
}

const DEFAULT_BUSY_TIMEOUT_MS = 30_000;
const SYNCHRONOUS: readonly Synchronous[] = ['off', 'normal', 'full', 'extra'];
const OPTIONS: readonly string[] = ['synchronous', 'busy_timeout'];
/** What Celery and kombu put before SQLAlchemy's schemes. */
const PREFIXES: readonly string[] = ['sqla+', 'sqlalchemy+', 'db+'];

type Fail = (problem: string, hint?: string) => InvalidUrlError;

/**
 * Reads a database URL as SQLAlchemy does: `sqlite:///relative.db`, `sqlite:////absolute.db`; `sqla+` and `db+` in front
 * are tolerated. Options: `synchronous=off|normal|full|extra`, `busy_timeout=<milliseconds>`.
 * @param key - the setting the URL comes from, for errors
 * @param folder - relative paths start here
 * @throws {InvalidUrlError} with the URL masked
 */
export function parseSqlUrl(url: string, key = 'url', folder: string = process.cwd()): SqliteTarget {
  const maskedUrl = maskUrl(url.trim());
  const fail: Fail = (problem, hint) =>
    new InvalidUrlError(key, maskedUrl, problem, hint === undefined ? undefined : { hint });
  const parsed = parseUrl(url, key);
  const scheme = schemeOf(parsed.scheme);
  if (scheme !== 'sqlite') throw unknownScheme(scheme, fail);
  const authority = [parsed.host, parsed.username, parsed.password, parsed.port];
  if (authority.some((part) => part !== undefined)) {
    throw fail('a file has no host', 'Write three slashes for a relative path and four for an absolute one.');
  }
  const options = readOptions(parsed.query, fail);
  return { dialect: 'sqlite', maskedUrl, file: fileOf(parsed.path, folder, fail), ...options };
}

function schemeOf(scheme: string): string {
  const prefix = PREFIXES.find((one) => scheme.startsWith(one));
  return prefix === undefined ? scheme : scheme.slice(prefix.length);
}

function unknownScheme(scheme: string, fail: Fail): InvalidUrlError {
  return fail(
    `"${scheme}" is no database that can be used here`,
    'Write sqlite:///relative/path.db or sqlite:////absolute/path.db.',
  );
}

function fileOf(path: string, folder: string, fail: Fail): string {
  const file = path.slice(1);
  if (file === '' || file === ':memory:') {
    throw fail('a database in memory cannot be shared between connections', 'Use memory:// for tests in one process.');
  }
  if (file.includes('\0')) throw fail('the path holds a NUL character');
  if (file.endsWith('/')) throw fail('the path names a folder', 'Add the name of a file.');
  return resolve(folder, file);
}

function readOptions(
  query: ReadonlyMap<string, string>,
  fail: Fail,
): Pick<SqliteTarget, 'synchronous' | 'busyTimeoutMs'> {
  for (const name of query.keys()) {
    if (OPTIONS.includes(name)) continue;
    const meant = closest(name, OPTIONS);
    const hint = meant === undefined ? `Options: ${OPTIONS.join(', ')}.` : `Did you mean ${meant}?`;
    throw fail('it has an unknown option', hint);
  }
  const synchronous = (query.get('synchronous') ?? 'full').toLowerCase() as Synchronous;
  if (!SYNCHRONOUS.includes(synchronous)) {
    throw fail('synchronous has an unknown value', `Use one of ${SYNCHRONOUS.join(', ')}.`);
  }
  const timeout = query.get('busy_timeout') ?? String(DEFAULT_BUSY_TIMEOUT_MS);
  if (!/^\d{1,9}$/.test(timeout)) throw fail('busy_timeout is no whole number of milliseconds');
  return { synchronous, busyTimeoutMs: Number(timeout) };
}

/** The same URL with an absolute path, so that it means the same file in another thread or folder. */
export function absoluteSqlUrl(target: SqliteTarget): string {
  const path = target.file.split(/[\\/]/).map(encodeURIComponent).join('/');
  return `sqlite:///${path}?synchronous=${target.synchronous}&busy_timeout=${target.busyTimeoutMs}`;
}
