import type * as Pg from 'pg';
import type { Client, ClientConfig } from 'pg';
import { loadDriver } from '../load-driver.ts';
import { ServerSession } from '../network/server-session.ts';
import { nodeTls } from '../network/server-tls.ts';
import type { ServerTarget } from '../network/server-url.ts';
import type { BulkStatement, Statement, StatementResult } from '../statement.ts';
import { hasNul, withNul, withoutNul } from './nul-text.ts';

export type PostgresModule = Pick<typeof Pg, 'Client' | 'types'>;

/** Statements prepared on a connection; the transport and the backend have fewer. */
const PREPARED_LIMIT = 200;
const KEEP_ALIVE_MS = 10_000;
/** Object identifiers of the types whose text form is not taken as node-postgres gives it. */
const [INT8, TEXT, VARCHAR, NUMERIC] = [20, 25, 1043, 1700];

/** Loads node-postgres, an optional peer. @throws {SqlDriverMissingError} */
export async function loadPostgres(): Promise<PostgresModule> {
  return loadDriver('pg', 'PostgreSQL', () => import('pg'));
}

/** A client for the target, not connected. */
export function postgresClient(pg: PostgresModule, target: ServerTarget): Client {
  const { host, port, user, password, database, tls, startup, connectTimeoutMs, statementTimeoutMs } = target;
  return new pg.Client({
    host,
    port,
    database,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(startup !== undefined && { options: startup }),
    ssl: tls === undefined ? false : nodeTls(tls),
    application_name: 'celeriac',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // A connection that died in silence answers nothing: a little later than the server would have given up.
    query_timeout: statementTimeoutMs + 1000,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    pipeline: true,
    types: {
      getTypeParser: (oid: number, format: 'text' | 'binary') => {
        if (oid === INT8 || oid === NUMERIC) return Number;
        if (oid === TEXT || oid === VARCHAR) return withNul;
        return pg.types.getTypeParser(oid, format as 'text');
      },
    },
  } as ClientConfig);
}

/** One connection to PostgreSQL. Statements are sent without waiting for the answers to the ones before. */
export class PostgresSession extends ServerSession {
  readonly #client: Client;
  readonly #prepares: boolean;
  readonly #names: Map<string, string> = new Map();
  /** What `begin` came to; its failure shows at the next statement. */
  #beginning: Promise<unknown> | undefined;

  private constructor(client: Client, prepares: boolean) {
    super();
    this.#client = client;
    this.#prepares = prepares;
    client.on('error', (error) => this.lose(error));
    client.on('end', () => this.lose(new Error('Connection terminated')));
  }

  static async open(pg: PostgresModule, target: ServerTarget): Promise<PostgresSession> {
    const client = postgresClient(pg, target);
    const session = new PostgresSession(client, target.prepares);
    try {
      await client.connect();
    } catch (error) {
      session.destroy();
      throw error;
    }
    return session;
  }

  async execute(statement: Statement | BulkStatement): Promise<StatementResult> {
    const begun = this.#beginning;
    this.#beginning = undefined;
    if ('each' in statement) {
      const running = statement.each.map((parameters) => this.#query(statement.sql, parameters));
      const settled = await Promise.allSettled([begun, ...running]);
      for (const one of settled) if (one.status === 'rejected') throw one.reason;
      return { rows: [], affected: await Promise.all(running.map(async (one) => (await one).rowCount ?? 0)) };
    }
    const running = this.#query(statement.sql, statement.parameters);
    if (begun !== undefined)
      await Promise.allSettled([begun, running]).then(([first]) => {
        if (first.status === 'rejected') throw first.reason;
      });
    const { rows, rowCount } = await running;
    return { rows, affected: [rowCount ?? 0] };
  }

  begin(): void {
    this.#beginning = this.#client.query('begin');
    this.#beginning.catch(() => {});
  }

  async commit(): Promise<void> {
    await this.#beginning;
    await this.#client.query('commit');
  }

  async rollback(): Promise<void> {
    this.#beginning = undefined;
    if (!this.broken) await this.#client.query('rollback');
  }

  async close(): Promise<void> {
    this.leave();
    await this.#client.end();
  }

  destroy(): void {
    this.leave();
    this.#client.end().catch(() => {});
    (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  async #query(text: string, parameters: readonly unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }> {
    const values = parameters.map((value) => (hasNul(value) ? withoutNul(value) : value));
    const name = this.#nameOf(text);
    try {
      return await this.#client.query(name === undefined ? { text, values } : { name, text, values });
    } catch (error) {
      // Not the server's word: the connection is gone, or its answer may still come, to another question.
      if (!(error instanceof Error && 'severity' in error)) {
        this.lose(error);
        this.destroy();
      }
      throw error;
    }
  }

  #nameOf(text: string): string | undefined {
    if (!this.#prepares) return undefined;
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= PREPARED_LIMIT) return known;
    const name = `celeriac_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}
