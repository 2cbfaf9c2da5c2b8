import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { SqlDialect } from '../sql-dialect.ts';
import { upsertOnConflict } from '../upsert-on-conflict.ts';

/** SQLite 3.35 and later: RETURNING, upserts, JSON functions. */
export const sqliteDialect: SqlDialect = Object.freeze({
  name: 'sqlite',
  locks: 'database',
  builder: new Kysely<unknown>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  // The cast takes the number that a text begins with, so `7:1` counts as 7.
  among: (column, list, type) =>
    type === 'text'
      ? sql`${column} in (select value from json_each(${list}))`
      : sql`${column} in (select cast(value as integer) from json_each(${list}))`,
  hasTable: (name) => sql`select name from sqlite_master where type = 'table' and name = ${sql.lit(name)}`,
  list: (values) => JSON.stringify(values),
  insertOrSkip: (into) => sql`insert into ${into} on conflict do nothing`,
  upsert: upsertOnConflict,
  leaseNow: (hostNow) => hostNow,
} satisfies SqlDialect);
