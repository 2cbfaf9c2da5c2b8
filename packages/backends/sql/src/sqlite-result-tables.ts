import { type CompiledQuery, type Kysely, sql } from 'kysely';

/**
 * `seq` grows with every write of any result, in the order of the commits, so that a watcher reads only what is new to it.
 * With JSON the columns hold the parts of a result; with another serializer `result_bytes` holds all of it.
 */
export function createSqliteResults(builder: Kysely<unknown>): readonly CompiledQuery[] {
  const { schema } = builder;
  return [
    schema
      .createTable('celeriac_result')
      .addColumn('seq', 'integer', (column) => column.primaryKey())
      .addColumn('task_id', 'varchar(255)', (column) => column.notNull().unique())
      .addColumn('status', 'varchar(50)', (column) => column.notNull())
      .addColumn('result', 'text')
      .addColumn('result_bytes', 'blob')
      .addColumn('traceback', 'text')
      .addColumn('children', 'text')
      .addColumn('date_done', 'varchar(40)')
      .addColumn('group_id', 'varchar(255)')
      .addColumn('parent_id', 'varchar(255)')
      .addColumn('extended', 'text')
      .addColumn('expires_at', 'bigint')
      .compile(),
    schema
      .createIndex('celeriac_result_expiry')
      .on('celeriac_result')
      .columns(['expires_at'])
      .where(sql<boolean>`expires_at is not null`)
      .compile(),
    schema
      .createTable('celeriac_counter')
      .addColumn('name', 'varchar(32)', (column) => column.primaryKey())
      .addColumn('value', 'bigint', (column) => column.notNull())
      .compile(),
    sql`insert into celeriac_counter (name, value) values ('result', 0)`.compile(builder),
  ];
}

/** A member counts once for its chord: its row is keyed by both. */
export function createSqliteGroups({ schema }: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    schema
      .createTable('celeriac_group')
      .addColumn('group_id', 'varchar(255)', (column) => column.primaryKey())
      .addColumn('members', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .compile(),
    schema
      .createTable('celeriac_chord')
      .addColumn('group_id', 'varchar(255)', (column) => column.primaryKey())
      .addColumn('size', 'integer')
      .addColumn('done', 'integer', (column) => column.notNull())
      .addColumn('closed', 'integer', (column) => column.notNull())
      .addColumn('claimed_at', 'bigint')
      .addColumn('expires_at', 'bigint')
      .compile(),
    schema
      .createTable('celeriac_chord_part')
      .addColumn('group_id', 'varchar(255)', (column) => column.notNull())
      .addColumn('task_id', 'varchar(255)', (column) => column.notNull())
      .addColumn('position', 'integer')
      .addColumn('status', 'varchar(50)', (column) => column.notNull())
      .addColumn('result', 'blob', (column) => column.notNull())
      .addPrimaryKeyConstraint('celeriac_chord_part_pk', ['group_id', 'task_id'])
      .compile(),
  ];
}
