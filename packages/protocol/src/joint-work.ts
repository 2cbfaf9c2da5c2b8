/**
 * Settlements that a result store can make in its own transaction, because broker and store are one database.
 * A transport hands it out, a backend of the same `domain` performs it.
 */
export interface JointWork {
  /** Identifies the database; a backend takes only work of its own domain. */
  readonly domain: string;
  /** One statement that settles and returns one row `{ guard: string }` for every delivery still held by this worker. */
  readonly statement: { readonly sql: string; readonly parameters: readonly unknown[] };
}
