/** One SQL statement as kysely compiles it. `R` is the shape of its rows, which only the author of the SQL knows. */
export interface Statement<R = Row> {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Never set: ties the statement to the shape of its rows. */
  readonly rows?: readonly R[];
}

/** The same statement run once for each list of parameters. */
export interface BulkStatement {
  readonly sql: string;
  readonly each: readonly (readonly unknown[])[];
}

export type Row = { readonly [column: string]: unknown };

/** What running a statement came to. */
export interface StatementResult {
  /** Empty for a bulk statement. */
  readonly rows: readonly unknown[];
  /** Rows inserted, changed or deleted, one number for each list of parameters. */
  readonly affected: readonly number[];
}

/**
 * The statements of one transaction, in which later ones depend on the answers to earlier ones: it yields a statement and
 * gets its result. It has no effects of its own, since it is run again from its start when the database was busy.
 *
 * A generator and no async function: SQLite runs it in one go, without leaving the event loop's turn.
 */
export type Script<T> = () => Steps<T>;

/** A part of a {@link Script}; scripts are made of them with `yield*`. */
export type Steps<T> = Generator<Statement | BulkStatement, T, StatementResult>;

/** Runs one statement inside a {@link Script} and gives its rows. */
export function* rowsOf<R>(statement: Statement<R>): Steps<readonly R[]> {
  const { rows } = yield statement as Statement;
  return rows as readonly R[];
}

/** Runs one statement inside a {@link Script} and gives the number of rows that it changed. */
export function* changesOf(statement: Statement): Steps<number> {
  const { affected } = yield statement;
  return affected[0] ?? 0;
}
