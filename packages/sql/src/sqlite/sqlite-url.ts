import { resolve } from 'node:path';
import type { ParsedUrl } from '@celeriac/protocol';
import { checkUrlOptions, type FailUrl } from '../url-options.ts';

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
/**
 * Reads the parts of a `sqlite:` URL. Options: `synchronous=off|normal|full|extra`, `busy_timeout=<milliseconds>`.
 * @param folder - relative paths start here
 * @throws {InvalidUrlError} by `fail`
 */
export function sqliteTarget(parsed: ParsedUrl, maskedUrl: string, folder: string, fail: FailUrl): SqliteTarget {
  const authority = [parsed.host, parsed.username, parsed.password, parsed.port];
  if (authority.some((part) => part !== undefined)) {
    throw fail('a file has no host', 'Write three slashes for a relative path and four for an absolute one.');
  }
  const options = readOptions(parsed.query, fail);
  return { dialect: 'sqlite', maskedUrl, file: fileOf(parsed.path, folder, fail), ...options };
}

function fileOf(path: string, folder: string, fail: FailUrl): string {
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
  fail: FailUrl,
): Pick<SqliteTarget, 'synchronous' | 'busyTimeoutMs'> {
  checkUrlOptions(query, OPTIONS, fail);
  const synchronous = (query.get('synchronous') ?? 'full').toLowerCase() as Synchronous;
  if (!SYNCHRONOUS.includes(synchronous)) {
    throw fail('synchronous has an unknown value', `Use one of ${SYNCHRONOUS.join(', ')}.`);
  }
  const timeout = query.get('busy_timeout') ?? String(DEFAULT_BUSY_TIMEOUT_MS);
  if (!/^\d{1,9}$/.test(timeout)) throw fail('busy_timeout is no whole number of milliseconds');
  return { synchronous, busyTimeoutMs: Number(timeout) };
}

/** The same URL with an absolute path, so that it means the same file in another thread or folder. */
export function absoluteSqliteUrl(target: SqliteTarget): string {
  const path = target.file.split(/[\\/]/).map(encodeURIComponent).join('/');
  return `sqlite:///${path}?synchronous=${target.synchronous}&busy_timeout=${target.busyTimeoutMs}`;
}
