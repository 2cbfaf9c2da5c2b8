import { DummyDriver, Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, sql } from 'kysely';
import type { SqlDialect } from '../sql-dialect.ts';

/** Names are of a server, databases are many. Seconds: making tables takes no longer. */
const LOCK = sql`concat('celeriac_migrations:', database())`;
const LOCK_WAIT_SECONDS = 60;

/** MySQL 8.0 and later, MariaDB 10.6 and later: the first ones with SKIP LOCKED. */
export const mysqlDialect: SqlDialect = Object.freeze({
  name: 'mysql',
  locks: 'rows',
  builder: new Kysely<unknown>({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new MysqlIntrospector(db),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    },
  }),
  // The client writes a list as its elements. A subquery would not do: for UPDATE and DELETE it is run for every row.
  among: (column, list) => sql`${column} in (${list})`,
  list: (values) => (values.length === 0 ? [null] : values),
  hasTable: (name) =>
    sql`select 1 from information_schema.tables where table_schema = database() and table_name = ${sql.lit(name)}`,
  insertOrSkip: (into) => sql`insert ignore into ${into}`,
  upsert: (into, _key, columns) => {
    const set = columns.map((column) => sql`${sql.id(column)} = values(${sql.id(column)})`);
    return sql`insert into ${into} on duplicate key update ${sql.join(set)}`;
  },
  leaseNow: () => sql`cast(unix_timestamp(now(3)) * 1000 as signed)`,
  migrationLock: Object.freeze({
    take: sql`select get_lock(${LOCK}, ${sql.lit(LOCK_WAIT_SECONDS)})`,
    leave: sql`select release_lock(${LOCK})`,
  }),
} satisfies SqlDialect);
