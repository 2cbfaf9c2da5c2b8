import type { Logger } from '@celeriac/protocol';
import type { SqlDialect } from './sql-dialect.ts';
import type { Row, Script, Statement } from './statement.ts';

/** Settings of a transaction. */
export interface TransactionOptions {
  /** `read` takes no write lock; the script must not write then. Default `write`. */
  readonly mode?: 'read' | 'write';
}

/** Ends a {@link SqlDatabase.watchChanges}. */
export interface ChangeWatch {
  close(): void;
}

/** One connection to a database. */
export interface SqlDatabase {
  /** Masked. */
  readonly url: string;
  readonly dialect: SqlDialect;
  /** The same for two connections exactly when they reach the same database. */
  readonly identity: string;
  /** @throws {SqlDriverMissingError} | @throws {SqlUnusableError} | @throws {SqlUnavailableError} | @throws {SqlBusyError} */
  connect(): Promise<void>;
  /**
   * Runs a script in one transaction: all of it or nothing. While other processes hold the lock it waits without blocking
   * the event loop and runs the script again from its start.
   *
   * The script runs without interruption. A transaction that awaits something between its statements would leave the
   * lock with one connection while another one of the same process waits for it, blocking the thread that must release it.
   * @throws {SqlBusyError} after `busy_timeout`
   * @throws {SqlDiskFullError} | @throws {SqlUnusableError} | @throws {SqlUnavailableError}
   */
  transaction<T>(script: Script<T>, options?: TransactionOptions): Promise<T>;
  /** Runs the statements in one transaction; the rows of each, in order. Throws as {@link SqlDatabase.transaction} does. */
  run(statements: readonly Statement[], options?: TransactionOptions): Promise<readonly (readonly Row[])[]>;
  /**
   * Calls `onChange` soon after another connection, in this process or another one, has committed. Several commits may
   * come to one call, and a call may come for nothing; own commits are not reported. Keeps the process alive.
   */
  watchChanges(onChange: () => void): ChangeWatch;
  /** Safe to call twice and before `connect`. */
  close(): Promise<void>;
}

/** Settings of {@link openSqlDatabase}. */
export interface SqlDatabaseOptions {
  readonly logger?: Logger;
  /** The setting the URL comes from, for errors. Default `url`. */
  readonly key?: string;
}
