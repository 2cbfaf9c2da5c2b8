import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@celeriac/protocol';
import { lockWaitMs } from '../lock-wait.ts';
import type { ChangeListener, ChangeWatch, SqlDatabase, TransactionOptions } from '../sql-database.ts';
import type { SqlDialect } from '../sql-dialect.ts';
import { SqlBusyError, SqlDiskFullError, SqlUnavailableError, SqlUnusableError } from '../sql-errors.ts';
import type { Row, Script, Statement } from '../statement.ts';
import { SqliteChangeFeed } from './sqlite-change-feed.ts';
import { loadSqliteDriver, SqliteConnection } from './sqlite-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { sqliteCode, sqliteFailure } from './sqlite-failure.ts';
import type { SqliteTarget } from './sqlite-url.ts';

/** SQLite's own words. */
const FULL = 'the disk is full (SQLITE_FULL).';
/** Commits between two looks at the size of the log. */
const LOOK_EVERY = 64;
/** A log that automatic checkpoints did not keep below this, since writers never paused, is checkpointed by force. */
const LOG_LIMIT_BYTES = 24 * 1024 * 1024;

/** A SQLite file that many processes share. */
export class SqliteDatabase implements SqlDatabase {
  readonly url: string;
  readonly identity: string;
  readonly losses = 0;
  readonly dialect: SqlDialect = sqliteDialect;
  readonly #target: SqliteTarget;
  readonly #logger: Logger;
  #connection: SqliteConnection | undefined;
  #connecting: Promise<void> | undefined;
  #feed: SqliteChangeFeed | undefined;
  #commits = 0;
  #closed = false;

  constructor(target: SqliteTarget, logger: Logger) {
    this.#target = target;
    this.#logger = logger;
    this.url = target.maskedUrl;
    this.identity = identityOf(target.file);
  }

  connect(): Promise<void> {
    this.#connecting ??= this.#connect().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  async transaction<T>(script: Script<T>, { mode = 'write' }: TransactionOptions = {}): Promise<T> {
    const result = await this.#patiently(() => this.#open().run(script, mode === 'read' ? 'read' : 'write'));
    if (mode !== 'read' && ++this.#commits % LOOK_EVERY === 0) this.#boundLog();
    return result;
  }

  run(statements: readonly Statement[], options?: TransactionOptions): Promise<readonly (readonly Row[])[]> {
    return this.transaction(function* () {
      const answers: (readonly Row[])[] = [];
      for (const statement of statements) answers.push((yield statement).rows as readonly Row[]);
      return answers;
    }, options);
  }

  watchChanges({ onChange }: ChangeListener): ChangeWatch {
    const connection = this.#open();
    this.#feed ??= new SqliteChangeFeed({
      file: this.#target.file,
      dataVersion: () => connection.dataVersion(),
      logger: this.#logger,
    });
    return this.#feed.add(() => onChange(undefined));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connecting?.catch(() => {});
    this.#feed?.close();
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #connect(): Promise<void> {
    const driver = await loadSqliteDriver();
    const connection = await this.#patiently(() => new SqliteConnection(driver, this.#target));
    if (this.#closed) connection.close();
    else this.#connection = connection;
  }

  #open(): SqliteConnection {
    if (this.#connection !== undefined && !this.#closed) return this.#connection;
    throw new SqlUnavailableError(this.url, this.#closed ? 'it was closed' : 'it is not connected');
  }

  /** Tries until others leave their locks, in turns of the event loop. */
  async #patiently<T>(work: () => T): Promise<T> {
    let startedAt: number | undefined;
    let madeRoom = false;
    for (let attempts = 1; ; attempts++) {
      try {
        return work();
      } catch (error) {
        const failure = sqliteFailure(error);
        if (failure === 'full' && !madeRoom) {
          // What the log holds may fit into free pages of the database; then the log's own space is free.
          madeRoom = true;
          this.#checkpoint();
          continue;
        }
        if (failure !== 'busy') throw this.#explain(error);
        startedAt ??= performance.now();
        const waitedMs = performance.now() - startedAt;
        if (waitedMs >= this.#target.busyTimeoutMs) throw new SqlBusyError(this.url, waitedMs, { cause: error });
      }
      await delay(lockWaitMs(attempts, Math.random()));
    }
  }

  #explain(error: unknown): unknown {
    const options = { cause: error };
    const detail = `${error instanceof Error ? error.message : String(error)} (${sqliteCode(error) ?? 'no code'})`;
    switch (sqliteFailure(error)) {
      case 'full':
        return new SqlDiskFullError(this.url, FULL, options);
      case 'unusable':
        return new SqlUnusableError(this.url, detail, {
          ...options,
          hint: 'Check that the path names a SQLite database that this user may write, or restore it from a copy.',
        });
      case 'missing':
      case 'io':
        return new SqlUnavailableError(this.url, detail, options);
      default:
        return fileSystemCode(error) === undefined ? error : this.#explainFileSystem(error);
    }
  }

  /** The file could not be created. */
  #explainFileSystem(cause: unknown): Error {
    const folder = dirname(this.#target.file);
    switch (fileSystemCode(cause)) {
      case 'ENOENT':
        return new SqlUnusableError(this.url, 'its folder does not exist', { cause, hint: `Create ${folder} first.` });
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        return new SqlUnusableError(this.url, 'it may not be written', {
          cause,
          hint: `Give write access to ${folder}.`,
        });
      case 'EISDIR':
        return new SqlUnusableError(this.url, 'it is a folder', { cause, hint: 'Name a file in it.' });
      case 'ENOSPC':
        return new SqlDiskFullError(this.url, FULL, { cause });
      default:
        return new SqlUnavailableError(this.url, String(cause), { cause });
    }
  }

  #boundLog(): void {
    const size = statSync(`${this.#target.file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (size > LOG_LIMIT_BYTES) this.#checkpoint();
  }

  /** Best effort: when others are at work another process, or a later commit, will do it. */
  #checkpoint(): void {
    try {
      this.#connection?.checkpoint();
    } catch (error) {
      this.#logger.debug('The write-ahead log could not be checkpointed', { url: this.url, error });
    }
  }
}

function fileSystemCode(error: unknown): string | undefined {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
}

/** The canonical path, so that links to one file are one database; the file itself may not exist yet. */
function identityOf(file: string): string {
  try {
    return `sqlite:${realpathSync(file)}`;
  } catch {
    return `sqlite:${join(realFolder(dirname(file)), basename(file))}`;
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
