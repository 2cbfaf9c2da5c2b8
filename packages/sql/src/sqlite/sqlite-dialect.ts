import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { SqlDialect } from '../sql-dialect.ts';

/** SQLite 3.35 and later: RETURNING, upserts, JSON functions. */
export const sqliteDialect: SqlDialect = Object.freeze({
  name: 'sqlite',
  builder: new Kysely<unknown>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  // The cast takes the number that a text begins with, so `7:1` counts as 7.
  elements: (list, type) =>
    type === 'text'
      ? sql`(select value from json_each(${list}))`
      : sql`(select cast(value as integer) from json_each(${list}))`,
  hasTable: (name) => sql`select name from sqlite_master where type = 'table' and name = ${sql.lit(name)}`,
  list: (values) => JSON.stringify(values),
} satisfies SqlDialect);
