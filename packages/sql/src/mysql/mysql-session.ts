import type * as Mysql from 'mysql2/promise';
import type { Connection, ConnectionOptions } from 'mysql2/promise';
import { loadDriver } from '../load-driver.ts';
import { ServerSession } from '../network/server-session.ts';
import { nodeTls } from '../network/server-tls.ts';
import type { ServerTarget } from '../network/server-url.ts';
import type { BulkStatement, Statement, StatementResult } from '../statement.ts';

export type MysqlModule = Pick<typeof Mysql, 'createConnection'>;

const KEEP_ALIVE_MS = 10_000;
/** Bytes above this are sent as they are, by a prepared statement; in the text of a statement they take twice their size. */
const LARGE_BYTES = 256 * 1024;

/** Loads mysql2, an optional peer. @throws {SqlDriverMissingError} */
export async function loadMysql(): Promise<MysqlModule> {
  return loadDriver('mysql2', 'MySQL and MariaDB', () => import('mysql2/promise'));
}

/** One connection to MySQL or MariaDB. The client sends one statement after another, as the protocol wants it. */
export class MysqlSession extends ServerSession {
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  #beginning: Promise<unknown> | undefined;

  private constructor(connection: Connection, timeoutMs: number) {
    super();
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
    connection.on('error', (error) => this.lose(error));
    connection.on('end', () => this.lose(new Error('Connection lost: the server closed it.')));
  }

  static async open(mysql: MysqlModule, target: ServerTarget): Promise<MysqlSession> {
    const session = new MysqlSession(await mysql.createConnection(optionsOf(target)), target.statementTimeoutMs);
    try {
      const waitSeconds = Math.max(1, Math.floor(target.statementTimeoutMs / 1000) - 1);
      // Backslashes escape, as the client supposes; text that does not fit is refused and not cut.
      const modes = `sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = ${waitSeconds}`;
      await session.#query(`set session ${modes}`, []);
      await session.#query('set session transaction isolation level read committed', []);
    } catch (error) {
      session.destroy();
      throw error;
    }
    return session;
  }

  async execute(statement: Statement | BulkStatement): Promise<StatementResult> {
    const begun = this.#beginning;
    this.#beginning = undefined;
    await begun;
    if ('each' in statement) {
      const affected: number[] = [];
      for (const parameters of statement.each) affected.push(affectedBy(await this.#query(statement.sql, parameters)));
      return { rows: [], affected };
    }
    const answer = await this.#query(statement.sql, statement.parameters);
    return { rows: Array.isArray(answer) ? answer : [], affected: [affectedBy(answer)] };
  }

  begin(): void {
    this.#beginning = this.#query('start transaction', []);
    this.#beginning.catch(() => {});
  }

  async commit(): Promise<void> {
    await this.#beginning;
    await this.#query('commit', []);
  }

  async rollback(): Promise<void> {
    this.#beginning = undefined;
    if (this.broken) return;
    await this.#query('rollback', []);
    // A named lock outlives its transaction.
    await this.#query('select release_all_locks()', []);
  }

  async close(): Promise<void> {
    this.leave();
    await this.#connection.end();
    // The client says goodbye and leaves it to the server to hang up.
    this.#hangUp();
  }

  destroy(): void {
    this.leave();
    this.#connection.destroy();
    this.#hangUp();
  }

  async #query(sql: string, values: readonly unknown[]): Promise<unknown> {
    try {
      const large = values.some((value) => value instanceof Uint8Array && value.length > LARGE_BYTES);
      const options = { sql, values: values as never, timeout: this.#timeoutMs };
      return (await (large ? this.#connection.execute(options) : this.#connection.query(options)))[0];
    } catch (error) {
      const { fatal, code } = error as { fatal?: boolean; code?: string };
      // After a timeout the answer may still come, to another question.
      if (fatal === true || code === 'PROTOCOL_SEQUENCE_TIMEOUT') {
        this.lose(error);
        this.destroy();
      }
      throw error;
    }
  }

  /** `destroy` waits for the server to hang up, which one that is frozen never does. */
  #hangUp(): void {
    (this.#connection as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}

function optionsOf(target: ServerTarget): ConnectionOptions {
  const { host, port, socket, user, password, database, tls, connectTimeoutMs } = target;
  return {
    ...(socket === undefined ? { host, port } : { socketPath: socket }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { ssl: { ...nodeTls(tls), verifyIdentity: tls.verifies === 'certificate and host' } }),
    database,
    charset: 'utf8mb4_bin',
    connectTimeout: connectTimeoutMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    decimalNumbers: true,
    connectAttributes: { program_name: 'celeriac' },
    // Keys are bytes, so that they are compared as they are, and text all the same.
    typeCast: (field, next) => (field.type === 'VAR_STRING' || field.type === 'STRING' ? field.string('utf8') : next()),
  };
}

function affectedBy(answer: unknown): number {
  return Array.isArray(answer) ? answer.length : ((answer as { affectedRows?: number }).affectedRows ?? 0);
}
