/**
 * Settlements that a result store can make in its own transaction, because broker and store are one database.
 * A transport hands it out, a backend of the same `domain` performs it.
 */
export interface JointWork {
  /** Identifies the database; a backend takes only work of its own domain. */
  readonly domain: string;
  /** One statement that settles and returns one row `{ guard: string }` for every delivery still held by this worker. */
  readonly statement: JointStatement;
  /** Run right after it, where a statement that settles cannot return rows; `statement` then only finds and locks them. */
  readonly effect?: JointStatement;
}

/** SQL of the domain's database. */
export interface JointStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}
