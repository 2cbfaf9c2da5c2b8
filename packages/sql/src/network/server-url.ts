import type { ParsedUrl } from '@celeriac/protocol';
import { checkUrlOptions, type FailUrl, wholeNumberOption } from '../url-options.ts';
import { type ServerTls, TLS_OPTIONS, tlsOf } from './server-tls.ts';

/** What the URL of a database server says. */
export interface ServerTarget {
  readonly dialect: 'postgres' | 'mysql';
  /** The URL for logs. */
  readonly maskedUrl: string;
  /** A name or address; of a local PostgreSQL perhaps the folder of its socket. */
  readonly host: string;
  readonly port: number;
  /** Path of a MySQL server's socket, in place of host and port. */
  readonly socket: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: ServerTls | undefined;
  /** Settings that a PostgreSQL server gets on connecting, as `-c search_path=celery`. */
  readonly startup: string | undefined;
  /** Whether statements are prepared on the server; a pooler in between may not allow it. */
  readonly prepares: boolean;
  /** Connections of one transport or backend at most, apart from one that listens for changes. */
  readonly poolSize: number;
  /** Milliseconds until a server that does not answer a new connection counts as unreachable. */
  readonly connectTimeoutMs: number;
  /** Milliseconds that one statement may take; a connection on which one takes longer counts as lost. */
  readonly statementTimeoutMs: number;
  /** How long a transaction is tried again while others are in its way, milliseconds. */
  readonly busyTimeoutMs: number;
}

const PORTS = { postgres: 5432, mysql: 3306 } as const;
const COMMON: readonly string[] = ['pool_size', 'connect_timeout', 'statement_timeout', 'busy_timeout'];
const OPTIONS: { readonly [dialect in ServerTarget['dialect']]: readonly string[] } = {
  postgres: [...COMMON, ...TLS_OPTIONS.postgres, 'host', 'options', 'prepared_statements'],
  mysql: [...COMMON, ...TLS_OPTIONS.mysql, 'charset', 'unix_socket'],
};

/**
 * Reads the URL of a PostgreSQL, MySQL or MariaDB server. Options of both: `pool_size`, `connect_timeout` (seconds, as
 * in their own clients), `statement_timeout` and `busy_timeout` (milliseconds), and those for TLS.
 * @throws {InvalidUrlError} by `fail`
 */
export function serverTarget(
  dialect: ServerTarget['dialect'],
  parsed: ParsedUrl,
  maskedUrl: string,
  fail: FailUrl,
): ServerTarget {
  const { query } = parsed;
  checkUrlOptions(query, OPTIONS[dialect], fail);
  checkCharset(query.get('charset'), fail);
  const database = parsed.path.slice(1);
  if (database === '' || database.includes('\0')) {
    throw fail(
      'it names no database',
      `Write ${dialect === 'mysql' ? 'mysql' : 'postgresql'}://user:password@host/database.`,
    );
  }
  return Object.freeze({
    dialect,
    maskedUrl,
    host: query.get('host') ?? parsed.host ?? 'localhost',
    port: parsed.port ?? PORTS[dialect],
    socket: query.get('unix_socket'),
    user: parsed.username,
    password: parsed.password,
    database,
    tls: tlsOf(dialect, query, fail),
    startup: query.get('options'),
    prepares: switchOption(query, 'prepared_statements', fail),
    poolSize: wholeNumberOption(query, 'pool_size', 4, [1, 100], fail),
    connectTimeoutMs: wholeNumberOption(query, 'connect_timeout', 4, [1, 600], fail) * 1000,
    statementTimeoutMs: wholeNumberOption(query, 'statement_timeout', 30_000, [100, 86_400_000], fail),
    busyTimeoutMs: wholeNumberOption(query, 'busy_timeout', 30_000, [0, 86_400_000], fail),
  });
}

/** The same for two URLs exactly when their tables are the same; without the password, since it is shown. */
export function serverIdentity({ dialect, host, port, socket, user, database, startup }: ServerTarget): string {
  const place = socket ?? `${host.toLowerCase()}:${port}`;
  // By PostgreSQL's search path a user may have tables of his own.
  const view = dialect === 'postgres' ? `${user ?? ''}@` : '';
  return `${dialect}:${view}${place}/${database}${startup === undefined ? '' : `?${startup}`}`;
}

/** Everything is sent as UTF-8; URLs of Python's drivers may say so. */
function checkCharset(charset: string | undefined, fail: FailUrl): void {
  if (charset === undefined || /^utf-?8(mb[34])?$/i.test(charset)) return;
  throw fail('its charset is not utf8mb4', 'Leave charset out: text is always sent as UTF-8.');
}

function switchOption(query: ReadonlyMap<string, string>, name: string, fail: FailUrl): boolean {
  const text = query.get(name) ?? 'on';
  if (/^(on|true|1)$/i.test(text)) return true;
  if (/^(off|false|0)$/i.test(text)) return false;
  throw fail(`${name} must be on or off`);
}
