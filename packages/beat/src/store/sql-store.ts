import { type Clock, type Logger, systemClock } from '@celeriac/protocol';
import type { Script, SqlDatabase } from '@celeriac/sql';
import type { EntryState } from '../entry/schedule-entry.ts';
import type { BeatLease, BeatStore, EntryEdit, EntryRecord, StoreContents } from './beat-store.ts';
import { BeatStoreError } from './beat-store-errors.ts';
import { parseJson, readDefinition, readState } from './record-json.ts';
import { beatMigrations } from './sql-migrations.ts';
import { type EntryRow, SqlStatements } from './sql-statements.ts';

type SqlPackage = typeof import('@celeriac/sql');

/** What was last seen of the leader's row, and since when it is so. */
interface Sight {
  readonly token: number;
  readonly renewed: number;
  readonly sinceMs: number;
}

/** What a {@link SqlStore} works with. */
export interface SqlStoreOptions {
  readonly sql: SqlPackage;
  readonly url: string;
  /** The application's name: each has a schedule of its own. */
  readonly namespace: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/**
 * A schedule in a database, for any number of beats. No clock is compared with another one: a leader counts up, and whoever
 * sees the count stand still for long enough takes over.
 */
export class SqlStore implements BeatStore {
  readonly url: string;
  readonly isShared = true;
  readonly #sql: SqlPackage;
  readonly #database: SqlDatabase;
  readonly #clock: Clock;
  readonly #statements: SqlStatements;
  #sight: Sight | undefined;

  /** @throws {InvalidUrlError} */
  constructor({ sql, url, namespace, logger, clock = systemClock }: SqlStoreOptions) {
    this.#sql = sql;
    this.#clock = clock;
    this.#database = sql.openSqlDatabase(url, { key: 'beatStore', ...(logger && { logger }) });
    this.url = this.#database.url;
    this.#statements = new SqlStatements(this.#database.dialect, namespace);
  }

  async open(): Promise<void> {
    const { rowsOf, changesOf } = this.#sql;
    const statements = this.#statements;
    await this.#try(async () => {
      await this.#database.connect();
      await this.#sql.ensureMigrated(this.#database, 'beat', beatMigrations);
      await this.#database.transaction(function* () {
        if ((yield* rowsOf(statements.lead())).length === 0) yield* changesOf(statements.addLead());
      });
    });
  }

  async acquire(owner: string, ttlMs: number): Promise<BeatLease | undefined> {
    const { rowsOf, changesOf } = this.#sql;
    const statements = this.#statements;
    const [row] = await this.#read(() => rowsOf(statements.lead()));
    if (row === undefined) throw new BeatStoreError(this.url, 'it was not opened');
    const [token, renewed] = [Number(row.token), Number(row.renewed)];
    const nowMs = this.#clock.monotonic();
    const isSame = this.#sight?.token === token && this.#sight.renewed === renewed;
    if (!isSame) this.#sight = { token, renewed, sinceMs: nowMs };
    const isFree = row.owner === '' || (isSame && nowMs - this.#sight!.sinceMs >= ttlMs);
    if (!isFree) return undefined;
    const taken = await this.#write(() => changesOf(statements.take({ token, renewed }, owner)));
    return taken > 0 ? { owner, token: token + 1 } : undefined;
  }

  async renew({ token, owner }: BeatLease): Promise<boolean> {
    const { changesOf } = this.#sql;
    return (await this.#write(() => changesOf(this.#statements.renew(token, owner)))) > 0;
  }

  async release({ token, owner }: BeatLease): Promise<void> {
    const { changesOf } = this.#sql;
    await this.#write(() => changesOf(this.#statements.release(token, owner)));
  }

  async load(): Promise<StoreContents> {
    const { rowsOf } = this.#sql;
    const statements = this.#statements;
    return this.#read(function* () {
      const [lead] = yield* rowsOf(statements.lead());
      const rows = yield* rowsOf(statements.entries());
      return { version: Number(lead?.version ?? 0), records: rows.map(recordOf) };
    });
  }

  async news(version: number): Promise<StoreContents> {
    const { rowsOf } = this.#sql;
    const statements = this.#statements;
    return this.#read(function* () {
      const [lead] = yield* rowsOf(statements.lead());
      const current = Number(lead?.version ?? 0);
      if (current === version) return { version, records: [] };
      const rows = yield* rowsOf(statements.edited(version));
      return { version: current, records: rows.map(recordOf) };
    });
  }

  async write(lease: BeatLease, states: readonly (readonly [string, EntryState])[]): Promise<boolean> {
    const statements = this.#statements;
    const texts = states.map(([name, state]): [string, string] => [name, JSON.stringify(state)]);
    return this.#asLeader(lease, function* () {
      const { affected } = yield statements.writeStates(texts);
      const fresh = texts.filter((_text, index) => (affected[index] ?? 0) === 0);
      if (fresh.length > 0) yield statements.addStates(fresh);
    });
  }

  async forget(lease: BeatLease, names: readonly string[]): Promise<boolean> {
    const statements = this.#statements;
    return this.#asLeader(lease, function* () {
      yield statements.forget(names);
    });
  }

  async edit(edits: readonly EntryEdit[]): Promise<void> {
    const { rowsOf, changesOf } = this.#sql;
    const statements = this.#statements;
    await this.#write(function* () {
      yield* changesOf(statements.advance());
      const [lead] = yield* rowsOf(statements.lead());
      const version = Number(lead?.version ?? 0);
      for (const edit of edits) {
        const [row] = yield* rowsOf(statements.entry(edit.name));
        const changed = editedRow(row, edit);
        yield row === undefined
          ? statements.addEntry(edit.name, changed, version)
          : statements.changeEntry(edit.name, changed, version);
      }
    });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** Runs steps in one transaction with the proof that the lease still counts. */
  #asLeader({ token, owner }: BeatLease, steps: Script<void>): Promise<boolean> {
    const { changesOf } = this.#sql;
    const renew = this.#statements.renew(token, owner);
    return this.#write(function* () {
      if ((yield* changesOf(renew)) === 0) return false;
      yield* steps();
      return true;
    });
  }

  #read<T>(script: Script<T>): Promise<T> {
    return this.#try(() => this.#database.transaction(script, { mode: 'read' }));
  }

  #write<T>(script: Script<T>): Promise<T> {
    return this.#try(() => this.#database.transaction(script));
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new BeatStoreError(this.url, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }
}

function recordOf({ name, definition, paused, run_now, removed, state }: EntryRow): EntryRecord {
  return {
    name,
    definition: readDefinition(parseJson(definition)),
    isRemoved: Number(removed) === 1,
    isPaused: paused === null ? null : Number(paused) === 1,
    runNow: Number(run_now),
    state: readState(parseJson(state)),
  };
}

function editedRow(
  row: EntryRow | undefined,
  { definition, isPaused, runNow }: EntryEdit,
): Omit<EntryRow, 'name' | 'state'> {
  const text = definition === undefined ? (row?.definition ?? null) : definition && JSON.stringify(definition);
  return {
    definition: text,
    removed: definition === undefined ? (row?.removed ?? 0) : definition === null ? 1 : 0,
    paused: isPaused === undefined ? (row?.paused ?? null) : isPaused ? 1 : 0,
    run_now: (row?.run_now ?? 0) + (runNow === true ? 1 : 0),
  };
}
