import type { ServerFailure } from '../network/session.ts';

/** SQLSTATEs, or the classes they begin with; the first that fits counts. */
const STATES: readonly (readonly [prefix: string, failure: ServerFailure])[] = [
  ['40', 'retry'],
  ['55P03', 'retry'],
  // A connection ends, or the server does not serve: starting, stopping, no place left, a standby, out of memory.
  ['08', 'gone'],
  ['57', 'gone'],
  ['25P03', 'gone'],
  ['25006', 'gone'],
  ['53100', 'full'],
  ['53', 'gone'],
  ['58030', 'gone'],
  ['54000', 'too-large'],
  ['28', 'unusable'],
  ['3D000', 'unusable'],
  ['3F000', 'unusable'],
  ['42501', 'unusable'],
];

/** Errors of sockets and of node-postgres itself that have no SQLSTATE. */
const GONE_CODES = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|ERR_SOCKET|ERR_STREAM|ENOENT$)/;
const GONE_TEXT = /terminated|timeout|not queryable|connection error|closed the connection|socket/i;
const TLS_TEXT = /SSL|certificate|self[- ]signed|TLS/i;
const TOO_LARGE_TEXT = /Invalid string length|invalid memory alloc|ERR_STRING_TOO_LONG/i;

const HINTS: readonly (readonly [prefix: string, hint: string])[] = [
  ['28', 'Check user and password in the URL, and pg_hba.conf of the server.'],
  ['3D000', 'Create the database first, or name another one in the URL.'],
  ['3F000', 'Create the schema first, or name another one in search_path.'],
  [
    '42501',
    'Grant this user what it needs; tables are made by "celeriac migrate", which a user with more rights may run.',
  ],
];

/** The SQLSTATE of an error that node-postgres threw. */
function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in (error as object) ? code : undefined;
}

export function postgresFailure(error: unknown): ServerFailure {
  const state = sqlState(error);
  if (state !== undefined) return STATES.find(([prefix]) => state.startsWith(prefix))?.[1];
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && GONE_CODES.test(code)) return 'gone';
  if (TOO_LARGE_TEXT.test(error.message)) return 'too-large';
  if (TLS_TEXT.test(error.message)) return 'unusable';
  return error.name === 'Error' && GONE_TEXT.test(error.message) ? 'gone' : undefined;
}

/** Words and code of the server, or of the socket. */
export function describePostgres(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  const reasons = error instanceof AggregateError ? error.errors.map((one) => String((one as Error).message)) : [];
  const text = error.message || reasons.join('; ') || 'no reason given';
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}

export function postgresHint(error: unknown): string | undefined {
  const state = sqlState(error);
  if (state === undefined) return 'Check sslmode and sslrootcert in the URL.';
  return HINTS.find(([prefix]) => state.startsWith(prefix))?.[1];
}
