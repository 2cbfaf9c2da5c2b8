import type { BulkStatement, SqlDialect, Statement } from '@celeriac/sql';

// A type and no interface: kysely wants one with an index signature.
type Tables = {
  readonly celeriac_beat: {
    readonly app: string;
    readonly owner: string;
    readonly token: number;
    readonly renewed: number;
    readonly version: number;
  };
  readonly celeriac_beat_entry: {
    readonly app: string;
    readonly name: string;
    readonly definition: string | null;
    readonly paused: number | null;
    readonly run_now: number;
    readonly removed: number;
    readonly version: number;
    readonly state: string | null;
  };
};

type Builder = ReturnType<typeof withTables>;

function withTables(builder: SqlDialect['builder']) {
  return builder.withTables<Tables>();
}

/** A row of an entry; databases give big integers as numbers or as text. */
export interface EntryRow {
  readonly name: string;
  readonly definition: string | null;
  readonly paused: number | null;
  readonly run_now: number;
  readonly removed: number;
  readonly state: string | null;
}

/** Who leads. */
export interface LeadRow {
  readonly owner: string;
  readonly token: number | string;
  readonly renewed: number | string;
  readonly version: number | string;
}

/**
 * The statements of the SQL store, in the plainest SQL there is. Who leads is checked by an update of the leader's row,
 * since that keeps others from changing it until the transaction ends.
 */
export class SqlStatements {
  readonly #builder: Builder;
  readonly #app: string;

  constructor({ builder }: SqlDialect, app: string) {
    this.#builder = withTables(builder);
    this.#app = app;
  }

  lead(): Statement<LeadRow> {
    const query = this.#builder.selectFrom('celeriac_beat').select(['owner', 'token', 'renewed', 'version']);
    return query.where('app', '=', this.#app).compile() as Statement<LeadRow>;
  }

  addLead(): Statement {
    const row = { app: this.#app, owner: '', token: 0, renewed: 0, version: 0 };
    return this.#builder.insertInto('celeriac_beat').values(row).compile() as Statement;
  }

  /** Takes the lead, unless its row has changed since it was seen. */
  take(seen: { readonly token: number; readonly renewed: number }, owner: string): Statement {
    return this.#updateLead()
      .set({ owner, token: seen.token + 1, renewed: 0 })
      .where('token', '=', seen.token)
      .where('renewed', '=', seen.renewed)
      .compile() as Statement;
  }

  /** Tells that the leader lives; touches no row when another one leads. */
  renew(token: number, owner: string): Statement {
    return this.#updateLead()
      .set((row) => ({ renewed: row('renewed', '+', 1) }))
      .where('token', '=', token)
      .where('owner', '=', owner)
      .compile() as Statement;
  }

  release(token: number, owner: string): Statement {
    return this.#updateLead()
      .set((row) => ({ owner: '', renewed: row('renewed', '+', 1) }))
      .where('token', '=', token)
      .where('owner', '=', owner)
      .compile() as Statement;
  }

  advance(): Statement {
    return this.#updateLead()
      .set((row) => ({ version: row('version', '+', 1) }))
      .compile() as Statement;
  }

  entries(): Statement<EntryRow> {
    return this.#entries([
      'name',
      'definition',
      'paused',
      'run_now',
      'removed',
      'state',
    ]).compile() as Statement<EntryRow>;
  }

  edited(version: number): Statement<EntryRow> {
    const query = this.#entries(['name', 'definition', 'paused', 'run_now', 'removed']);
    return query.where('version', '>', version).compile() as Statement<EntryRow>;
  }

  entry(name: string): Statement<EntryRow> {
    const query = this.#entries(['name', 'definition', 'paused', 'run_now', 'removed', 'state']);
    return query.where('name', '=', name).compile() as Statement<EntryRow>;
  }

  writeStates(states: readonly (readonly [name: string, state: string])[]): BulkStatement {
    const { sql } = this.#updateEntry().set({ state: '' }).where('name', '=', '').compile();
    return { sql, each: states.map(([name, state]) => [state, this.#app, name]) };
  }

  addStates(states: readonly (readonly [name: string, state: string])[]): BulkStatement {
    const row = { app: '', name: '', state: '', run_now: 0, removed: 0, version: 0 };
    const { sql } = this.#builder.insertInto('celeriac_beat_entry').values(row).compile();
    return { sql, each: states.map(([name, state]) => [this.#app, name, state, 0, 0, 0]) };
  }

  addEntry(name: string, row: Omit<EntryRow, 'name' | 'state'>, version: number): Statement {
    const values = { app: this.#app, name, version, ...row };
    return this.#builder.insertInto('celeriac_beat_entry').values(values).compile() as Statement;
  }

  changeEntry(name: string, row: Omit<EntryRow, 'name' | 'state'>, version: number): Statement {
    return this.#updateEntry()
      .set({ ...row, version })
      .where('name', '=', name)
      .compile() as Statement;
  }

  forget(names: readonly string[]): BulkStatement {
    const { sql } = this.#builder
      .deleteFrom('celeriac_beat_entry')
      .where('app', '=', '')
      .where('name', '=', '')
      .compile();
    return { sql, each: names.map((name) => [this.#app, name]) };
  }

  #updateLead() {
    return this.#builder.updateTable('celeriac_beat').where('app', '=', this.#app);
  }

  #updateEntry() {
    return this.#builder.updateTable('celeriac_beat_entry').where('app', '=', this.#app);
  }

  #entries(columns: readonly (keyof EntryRow)[]) {
    return this.#builder.selectFrom('celeriac_beat_entry').select(columns).where('app', '=', this.#app);
  }
}
