import type { ServerFailure } from '../network/session.ts';

const FAILURES: ReadonlyMap<number, ServerFailure> = new Map<number, ServerFailure>([
  // Deadlock, lock wait timeout, NOWAIT, record changed since last read (MariaDB's snapshot isolation).
  ...each([1213, 1205, 3572, 1020], 'retry'),
  // Disk full, table full, out of space in the redo log or for temporary files.
  ...each([1021, 1114, 3675], 'full'),
  // max_allowed_packet.
  ...each([1153, 2020], 'too-large'),
  // Access denied, unknown database, a command or table denied, no plugin for the password.
  ...each([1044, 1045, 1049, 1142, 1143, 1227, 1251, 1698, 1524, 1862], 'unusable'),
  // Too many connections, shutdown, killed, interrupted, timed out, read-only, out of memory, idle for too long.
  ...each([1037, 1040, 1041, 1053, 1077, 1079, 1080, 1129, 1158, 1159, 1160, 1161, 1184, 1203, 1226], 'gone'),
  ...each([1290, 1317, 1792, 1836, 1927, 1969, 2006, 2013, 3024, 4031], 'gone'),
]);

const GONE_CODES =
  /^(PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|ENOENT$|ERR_S)/;
const GONE_TEXT = /closed state|Connection lost|connection is in closed|socket/i;
const TLS_TEXT = /SSL|certificate|self[- ]signed|TLS|secure connection/i;

const HINTS: ReadonlyMap<number, string> = new Map([
  [1045, 'Check user and password in the URL, and from which hosts this user may connect.'],
  [1698, 'Check user and password in the URL, and from which hosts this user may connect.'],
  [1049, 'Create the database first, or name another one in the URL.'],
  [
    1142,
    'Grant this user what it needs; tables are made by "celeriac migrate", which a user with more rights may run.',
  ],
]);

/** The number of an error that mysql2 got from the server. */
function mysqlErrorNumber(error: unknown): number | undefined {
  const errno = error instanceof Error ? (error as { errno?: unknown }).errno : undefined;
  return typeof errno === 'number' && errno > 0 ? errno : undefined;
}

export function mysqlFailure(error: unknown): ServerFailure {
  if (!(error instanceof Error)) return undefined;
  const number = mysqlErrorNumber(error);
  if (number !== undefined) return FAILURES.get(number);
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && GONE_CODES.test(code)) return 'gone';
  if (typeof code === 'string' && TLS_TEXT.test(`${code} ${error.message}`)) return 'unusable';
  return GONE_TEXT.test(error.message) ? 'gone' : undefined;
}

/** Words, name and number of the server, or of the socket. */
export function describeMysql(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  const number = mysqlErrorNumber(error);
  const reasons = error instanceof AggregateError ? error.errors.map((one) => String((one as Error).message)) : [];
  const text = error.message || reasons.join('; ') || 'no reason given';
  if (typeof code !== 'string') return text;
  return `${text} (${number === undefined ? code : `${code}, ${number}`})`;
}

export function mysqlHint(error: unknown): string | undefined {
  const number = mysqlErrorNumber(error);
  return number === undefined ? 'Check ssl_mode and ssl_ca in the URL.' : HINTS.get(number);
}

function each(numbers: readonly number[], failure: ServerFailure): readonly (readonly [number, ServerFailure])[] {
  return numbers.map((number) => [number, failure]);
}
