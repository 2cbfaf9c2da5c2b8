import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import type { SqlDialect } from '../sql-dialect.ts';
import { upsertOnConflict } from '../upsert-on-conflict.ts';

/** Any number that nobody else is likely to lock: "celeriac" as bytes, cut to what JavaScript can count. */
const MIGRATION_KEY = 0x63_65_6c_65_72_69;

/** PostgreSQL 11 and later. */
export const postgresDialect: SqlDialect = Object.freeze({
  name: 'postgres',
  locks: 'rows',
  builder: new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
  among: (column, list, type) =>
    type === 'text' ? sql`${column} = any(${list}::text[])` : sql`${column} = any(${list}::bigint[])`,
  list: (values) => values,
  hasTable: (name) => sql`select 1 where to_regclass(${sql.lit(name)}) is not null`,
  insertOrSkip: (into) => sql`insert into ${into} on conflict do nothing`,
  upsert: upsertOnConflict,
  leaseNow: () => sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
  migrationLock: Object.freeze({ take: sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_KEY)})` }),
} satisfies SqlDialect);
