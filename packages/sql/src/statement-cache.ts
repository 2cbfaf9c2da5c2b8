/** Prepared statements by their text; the one that was not used for longest goes first. */
export class StatementCache<S> {
  readonly #prepare: (sql: string) => S;
  readonly #limit: number;
  readonly #statements: Map<string, S> = new Map();
  /** The last one, as a batch often repeats it. */
  #last: { readonly sql: string; readonly statement: S } | undefined;

  constructor(prepare: (sql: string) => S, limit: number) {
    this.#prepare = prepare;
    this.#limit = limit;
  }

  get size(): number {
    return this.#statements.size;
  }

  get(sql: string): S {
    if (this.#last?.sql === sql) return this.#last.statement;
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      if (this.#statements.size >= this.#limit) this.#dropOldest();
    } else {
      this.#statements.delete(sql);
    }
    this.#statements.set(sql, statement);
    this.#last = { sql, statement };
    return statement;
  }

  clear(): void {
    this.#statements.clear();
    this.#last = undefined;
  }

  #dropOldest(): void {
    for (const sql of this.#statements.keys()) {
      this.#statements.delete(sql);
      return;
    }
  }
}
