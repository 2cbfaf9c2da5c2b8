import type { Kysely, RawBuilder } from 'kysely';

/** What differs between databases in the statements of the transport and the backend. Each entry has its use there. */
export interface SqlDialect {
  readonly name: 'sqlite';
  /** Builds and compiles statements in the database's SQL; it cannot run any. */
  readonly builder: Kysely<unknown>;
  /** A subquery with one row for each element of a list that was given as one parameter, see {@link SqlDialect.list}. */
  elements(list: RawBuilder<unknown>, type: 'text' | 'integer'): RawBuilder<unknown>;
  /** A query with a row for the table of this name, if it exists. */
  hasTable(name: string): RawBuilder<unknown>;
  /** A list as one parameter, so that lists of any length are one and the same statement. */
  list(values: readonly (string | number)[]): unknown;
}
