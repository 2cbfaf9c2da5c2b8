import type { Kysely, RawBuilder } from 'kysely';

/** What differs between databases in the statements of the transport and the backend. Each entry has its use there. */
export interface SqlDialect {
  readonly name: 'sqlite' | 'postgres' | 'mysql';
  /** What a writer keeps from others: the whole `database`, or only the `rows` that it touches. */
  readonly locks: 'database' | 'rows';
  /** Builds and compiles statements in the database's SQL; it cannot run any. */
  readonly builder: Kysely<unknown>;
  /** A condition: the column's value is in a list that was given as one parameter, see {@link SqlDialect.list}. */
  among(column: RawBuilder<unknown>, list: RawBuilder<unknown>, type: 'text' | 'integer'): RawBuilder<unknown>;
  /** A list as one parameter, so that lists of any length are one and the same statement. */
  list(values: readonly (string | number)[]): unknown;
  /** A query with a row for the table of this name, if it exists. */
  hasTable(name: string): RawBuilder<unknown>;
  /** An insert that changes nothing where such a row stands. @param into - table, columns and values */
  insertOrSkip(into: RawBuilder<unknown>): RawBuilder<unknown>;
  /** An insert that sets `columns` where a row of the same `key` stands. @param into - table, columns and values */
  upsert(into: RawBuilder<unknown>, key: string, columns: readonly string[]): RawBuilder<unknown>;
  /**
   * Milliseconds by the clock that leases go by: a server's own; of a file that of the host, which comes as a parameter.
   * @param hostNow - the parameter
   */
  leaseNow(hostNow: RawBuilder<number>): RawBuilder<number>;
  /** What keeps other processes from making tables at the same time, and lets them again. */
  readonly migrationLock?: { readonly take: RawBuilder<unknown>; readonly leave?: RawBuilder<unknown> };
}
