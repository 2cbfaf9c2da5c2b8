import type { CompiledQuery, Kysely } from 'kysely';
import type { SqlDialect } from './sql-dialect.ts';

/** One step from one version of a package's tables to the next. */
export interface Migration {
  /** Sorts after the ones before: `0001-messages`. */
  readonly name: string;
  /** The statements of the step, for the dialect's builder. */
  up(builder: Kysely<unknown>, dialect: SqlDialect): readonly CompiledQuery[];
}

/** What {@link migrate} did. */
export interface MigrationReport {
  /** Names of the migrations that were applied now, in order. */
  readonly applied: readonly string[];
  /** Name of the newest migration of the tables. */
  readonly current: string;
}
