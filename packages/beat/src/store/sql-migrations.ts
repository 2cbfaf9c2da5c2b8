import type { Migration, SqlDialect } from '@celeriac/sql';

/** The tables of schedules, step by step. A step that was released is never changed. */
export const beatMigrations: readonly Migration[] = Object.freeze([
  {
    name: '0001-beat',
    up: ({ schema }, dialect) =>
      [
        schema
          .createTable('celeriac_beat')
          .addColumn('app', 'varchar(100)', (column) => column.primaryKey())
          .addColumn('owner', 'varchar(255)', (column) => column.notNull())
          .addColumn('token', 'bigint', (column) => column.notNull())
          .addColumn('renewed', 'bigint', (column) => column.notNull())
          .addColumn('version', 'bigint', (column) => column.notNull())
          .compile(),
        schema
          .createTable('celeriac_beat_entry')
          .addColumn('app', 'varchar(100)', (column) => column.notNull())
          .addColumn('name', 'varchar(200)', (column) => column.notNull())
          .addColumn('definition', 'text')
          .addColumn('paused', 'integer')
          .addColumn('run_now', 'integer', (column) => column.notNull())
          .addColumn('removed', 'integer', (column) => column.notNull())
          .addColumn('version', 'bigint', (column) => column.notNull())
          .addColumn('state', 'text')
          .addPrimaryKeyConstraint('celeriac_beat_entry_pk', ['app', 'name'])
          .compile(),
      ].map((query) => ({ ...query, sql: inWords(query.sql, dialect) })),
  },
] satisfies Migration[]);

/** MySQL takes `a` and `A` for the same name unless told otherwise, and its `text` ends at 64 KiB. */
function inWords(sql: string, { name }: SqlDialect): string {
  if (name !== 'mysql') return sql;
  return `${sql.replace(/ text\b/g, ' mediumtext')} engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin`;
}
