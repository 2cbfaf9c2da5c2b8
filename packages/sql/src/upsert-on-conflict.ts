import { type RawBuilder, sql } from 'kysely';

/** An insert that sets `columns` where a row of the same `key` stands, as SQLite and PostgreSQL write it. */
export function upsertOnConflict(
  into: RawBuilder<unknown>,
  key: string,
  columns: readonly string[],
): RawBuilder<unknown> {
  const set = columns.map((column) => sql`${sql.id(column)} = excluded.${sql.id(column)}`);
  return sql`insert into ${into} on conflict (${sql.id(key)}) do update set ${sql.join(set)}`;
}
