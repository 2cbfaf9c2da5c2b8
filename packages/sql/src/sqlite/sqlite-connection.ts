import { closeSync, openSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { loadDriver } from '../load-driver.ts';
import type { BulkStatement, Script, Statement, StatementResult } from '../statement.ts';
import { StatementCache } from '../statement-cache.ts';
import type { SqliteTarget } from './sqlite-url.ts';

/** Prepared statements kept; the transport and the backend have fewer. */
const STATEMENTS = 128;
/** Pages of 4 KiB after which a commit copies the write-ahead log into the database. */
const CHECKPOINT_PAGES = 1000;
/** The log file is cut to this when it starts anew. */
const JOURNAL_LIMIT_BYTES = 32 * 1024 * 1024;
/**
 * How long SQLite itself may sleep on a lock, which blocks the event loop; what is longer waits in the event loop. Most
 * transactions of others are over sooner.
 */
const SLEEP_MS = 2;

type Prepared = Database.Statement<unknown[], unknown>;

/** One open database file. Everything here is synchronous and throws what better-sqlite3 throws. */
export class SqliteConnection {
  readonly #db: Database.Database;
  readonly #statements: StatementCache<Prepared>;
  readonly #begin: Prepared;
  readonly #beginImmediate: Prepared;
  readonly #commit: Prepared;
  readonly #rollback: Prepared;
  readonly #dataVersion: Prepared;

  constructor(driver: typeof Database, { file, synchronous }: SqliteTarget) {
    createPrivately(file);
    this.#db = new driver(file, { timeout: SLEEP_MS });
    try {
      useLog(this.#db);
      this.#db.pragma(`synchronous = ${synchronous}`);
      this.#db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      this.#db.pragma(`journal_size_limit = ${JOURNAL_LIMIT_BYTES}`);
      this.#db.pragma('foreign_keys = off');
      this.#statements = new StatementCache((text) => this.#db.prepare<unknown[], unknown>(text), STATEMENTS);
      this.#begin = this.#db.prepare('BEGIN');
      this.#beginImmediate = this.#db.prepare('BEGIN IMMEDIATE');
      this.#commit = this.#db.prepare('COMMIT');
      this.#rollback = this.#db.prepare('ROLLBACK');
      this.#dataVersion = this.#db.prepare('PRAGMA data_version').pluck();
      // Reads the file: one that is no database fails here and not at the first statement, and the log exists from now on.
      this.#db.pragma('schema_version');
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Runs a script in one transaction, without leaving the turn of the event loop. */
  run<T>(script: Script<T>, mode: 'read' | 'write'): T {
    (mode === 'write' ? this.#beginImmediate : this.#begin).run();
    try {
      const steps = script();
      let step = steps.next();
      while (step.done !== true) step = steps.next(this.#execute(step.value));
      this.#commit.run();
      return step.value;
    } catch (error) {
      // Some failures have ended the transaction already.
      if (this.#db.inTransaction) this.#rollback.run();
      throw error;
    }
  }

  /** Changes with every commit of another connection, whichever process it is in. */
  dataVersion(): number {
    return this.#dataVersion.get() as number;
  }

  /** Copies the log into the database and starts it anew, if nobody needs it. @returns whether it went all the way */
  checkpoint(): boolean {
    const [row] = this.#db.pragma('wal_checkpoint(RESTART)') as { busy: number }[];
    return row?.busy === 0;
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #execute(statement: Statement | BulkStatement): StatementResult {
    const prepared = this.#statements.get(statement.sql);
    if ('each' in statement) {
      return { rows: [], affected: statement.each.map((parameters) => prepared.run(...parameters).changes) };
    }
    if (!prepared.reader) return { rows: [], affected: [prepared.run(...statement.parameters).changes] };
    const rows = prepared.all(...statement.parameters);
    return { rows, affected: [rows.length] };
  }
}

/** @throws the driver's error, or one that names the journal mode that the file system allows */
function useLog(db: Database.Database): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode === 'wal') return;
  const reason = `its folder does not allow a write-ahead log (journal mode ${String(mode)}); network drives do not`;
  throw Object.assign(new Error(reason), { code: 'SQLITE_PERM' });
}

/** Loads better-sqlite3, an optional peer. @throws {SqlDriverMissingError} */
export async function loadSqliteDriver(): Promise<typeof Database> {
  return (await loadDriver('better-sqlite3', 'SQLite', () => import('better-sqlite3'))).default;
}

/**
 * Creates a missing database file readable by its owner only, as SQLite would not; the log and its index take its mode.
 * A file that exists must not even be opened and closed: closing any descriptor of a file drops all locks that the
 * process holds on it, those of its other connections too, and another process would then remove the log under them.
 * @see SQLite's documentation, "How To Corrupt An SQLite Database File", section 2.2
 */
function createPrivately(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (statSync(file).isDirectory())
      throw Object.assign(new Error(`EISDIR: ${file} is a folder`), { code: 'EISDIR', syscall: 'open' });
  }
}
