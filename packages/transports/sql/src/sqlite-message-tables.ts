import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { NOBODY } from './nobody.ts';

/**
 * The id is the place in the line. It is never used twice, so that the receipt of a message that is gone can never fit
 * another one. `owner` is {@link NOBODY} while a message waits; `deliver_at` is empty once it may be taken.
 */
export function createSqliteMessages({ schema }: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    schema
      .createTable('celeriac_message')
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('queue', 'varchar(255)', (column) => column.notNull())
      .addColumn('priority', 'integer', (column) => column.notNull())
      .addColumn('deliver_at', 'bigint')
      .addColumn('owner', 'bigint', (column) => column.notNull())
      .addColumn('delivery_count', 'integer', (column) => column.notNull())
      .addColumn('exchange', 'varchar(255)', (column) => column.notNull())
      .addColumn('routing_key', 'text', (column) => column.notNull())
      .addColumn('content_type', 'text', (column) => column.notNull())
      .addColumn('content_encoding', 'text', (column) => column.notNull())
      .addColumn('headers', 'text', (column) => column.notNull())
      .addColumn('properties', 'text', (column) => column.notNull())
      .addColumn('body', 'blob', (column) => column.notNull())
      .compile(),
    schema
      .createIndex('celeriac_message_ready')
      .on('celeriac_message')
      .columns(['queue', 'priority desc', 'id'])
      .where(sql<boolean>`owner = ${sql.lit(NOBODY)} and deliver_at is null`)
      .compile(),
    schema
      .createIndex('celeriac_message_delayed')
      .on('celeriac_message')
      .columns(['queue', 'deliver_at', 'id'])
      .where(sql<boolean>`deliver_at is not null`)
      .compile(),
    schema
      .createIndex('celeriac_message_held')
      .on('celeriac_message')
      .columns(['owner'])
      .where(sql<boolean>`owner <> ${sql.lit(NOBODY)}`)
      .compile(),
    schema
      .createTable('celeriac_owner')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('lease_ms', 'bigint', (column) => column.notNull())
      .addColumn('generation', 'bigint', (column) => column.notNull())
      .compile(),
  ];
}

/** `version` changes with every binding of the exchange, so that readers can keep what they know. */
export function createSqliteExchanges({ schema }: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    schema
      .createTable('celeriac_exchange')
      .addColumn('name', 'varchar(255)', (column) => column.primaryKey())
      .addColumn('type', 'varchar(16)', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .compile(),
    schema
      .createTable('celeriac_binding')
      .addColumn('exchange', 'varchar(255)', (column) => column.notNull())
      .addColumn('queue', 'varchar(255)', (column) => column.notNull())
      .addColumn('routing_key', 'text', (column) => column.notNull())
      .addColumn('arguments', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('celeriac_binding_pk', ['exchange', 'queue', 'routing_key', 'arguments'])
      .compile(),
    schema.createIndex('celeriac_binding_queue').on('celeriac_binding').columns(['queue']).compile(),
    schema
      .createTable('celeriac_transient_queue')
      .addColumn('queue', 'varchar(255)', (column) => column.notNull())
      .addColumn('owner', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('celeriac_transient_queue_pk', ['queue', 'owner'])
      .compile(),
  ];
}
