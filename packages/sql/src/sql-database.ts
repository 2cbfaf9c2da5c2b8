import type { Logger } from '@celeriac/protocol';
import type { SqlDialect } from './sql-dialect.ts';
import type { Row, Script, Statement } from './statement.ts';

/** Settings of a transaction. */
export interface TransactionOptions {
  /**
   * `read`: nothing is written, and the statements need not see one and the same state. `statement`: as `write`, of one
   * statement only, which a server commits by itself. Default `write`.
   */
  readonly mode?: 'read' | 'statement' | 'write';
}

/** What changes are looked for, and how. */
export interface ChangeListener {
  /** The kind of change, as in {@link SqlDialect.announce}: databases that can tell kinds apart tell only of this one. */
  readonly topic: string;
  /**
   * For servers that do not tell and must be asked, often: one cheap statement; undefined while nothing needs to be asked.
   * Its rows are news by {@link ChangeListener.isNews}.
   */
  probe(): Statement | undefined;
  /** The probe is one value `news`, true where there is some: a server that can waits for it, and is asked less often. */
  readonly waits?: boolean;
  isNews(rows: readonly Row[]): boolean;
  /**
   * Something may have changed; it need not have. Changes of this connection itself may be told or not.
   * @param news - what was announced; undefined when it is not known
   */
  onChange(news: readonly string[] | undefined): void;
  /** A connection was lost, perhaps the one that tells: then nothing is told until `onChange` says that anything may have changed. */
  onLost?(error: Error): void;
}

/** Ends a {@link SqlDatabase.watchChanges}. */
export interface ChangeWatch {
  /** From when on nothing is missed. Rejects when the database cannot be watched now; then nothing is told. */
  readonly ready: Promise<void>;
  close(): void;
}

/** One database, and the connections to it. */
export interface SqlDatabase {
  /** Masked. */
  readonly url: string;
  readonly dialect: SqlDialect;
  /** The same for two of them exactly when they reach the same database. */
  readonly identity: string;
  /** How many connections were lost, which had not been closed from here. A file loses none. */
  readonly losses: number;
  /** @throws {SqlDriverMissingError} | @throws {SqlUnusableError} | @throws {SqlUnavailableError} | @throws {SqlBusyError} */
  connect(): Promise<void>;
  /**
   * Runs a script in one transaction: all of it or nothing. While others are in its way (a lock on the file, a deadlock) it
   * waits without blocking the event loop and runs the script again from its start.
   *
   * On SQLite the script runs without interruption. A transaction that awaits something between its statements would leave
   * the lock with one connection while another one of the same process waits for it, blocking the thread that must release
   * it. On servers a transaction has a connection to itself.
   * @throws {SqlBusyError} after `busy_timeout`
   * @throws {SqlDiskFullError} | @throws {SqlTooLargeError} | @throws {SqlUnusableError}
   * @throws {SqlUnavailableError} when a connection is lost as well: whether a commit under way came through is not known
   */
  transaction<T>(script: Script<T>, options?: TransactionOptions): Promise<T>;
  /** Runs the statements in one transaction; the rows of each, in order. Throws as {@link SqlDatabase.transaction} does. */
  run(statements: readonly Statement[], options?: TransactionOptions): Promise<readonly (readonly Row[])[]>;
  /**
   * Tells soon after another connection, in this process or another one, has committed. Several commits may come to one
   * call, and a call may come for nothing. Keeps the process alive.
   */
  watchChanges(listener: ChangeListener): ChangeWatch;
  /** Safe to call twice and before `connect`. */
  close(): Promise<void>;
}

/** Settings of {@link openSqlDatabase}. */
export interface SqlDatabaseOptions {
  readonly logger?: Logger;
  /** The setting the URL comes from, for errors. Default `url`. */
  readonly key?: string;
}
