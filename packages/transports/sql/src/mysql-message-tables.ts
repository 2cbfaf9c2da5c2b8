import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { PRIORITY_LEVELS } from './capabilities.ts';

const top = sql.lit(PRIORITY_LEVELS - 1);
/** Names are bytes: two are the same only if they are the same byte by byte, blanks at the end included. */
const options = sql`engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin`;

/**
 * As SQLite's. `line` counts priorities from the highest: older servers have no descending indexes. One index serves what
 * waits and what is delayed. Every step may be run again: making a table commits.
 */
export function createMysqlMessages(builder: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    sql`
      create table if not exists celeriac_message (
        id bigint not null auto_increment primary key,
        queue varbinary(255) not null,
        priority tinyint not null,
        line tinyint generated always as (${top} - priority) stored,
        deliver_at bigint null,
        owner bigint not null,
        delivery_count int not null,
        exchange varbinary(255) not null,
        routing_key longtext not null,
        content_type text not null,
        content_encoding text not null,
        headers longtext not null,
        properties longtext not null,
        body longblob not null,
        key celeriac_message_ready (queue, owner, deliver_at, line, id),
        key celeriac_message_held (owner)
      ) ${options}`,
    sql`
      create table if not exists celeriac_owner (
        id bigint not null primary key, expires_at bigint not null, lease_ms bigint not null, generation bigint not null
      ) ${options}`,
  ].map((statement) => statement.compile(builder));
}

/** As SQLite's. A binding is found by a digest: an index takes no text of any length. */
export function createMysqlExchanges(builder: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    sql`
      create table if not exists celeriac_exchange (
        name varbinary(255) not null primary key, type varchar(16) not null, version bigint not null
      ) ${options}`,
    sql`
      create table if not exists celeriac_binding (
        id bigint not null auto_increment primary key,
        exchange varbinary(255) not null,
        queue varbinary(255) not null,
        routing_key longtext not null,
        arguments longtext not null,
        digest binary(32) generated always as (unhex(sha2(concat_ws('\n', routing_key, arguments), 256))) stored,
        unique key celeriac_binding_once (exchange, queue, digest),
        key celeriac_binding_queue (queue)
      ) ${options}`,
    sql`
      create table if not exists celeriac_transient_queue (
        queue varbinary(255) not null, owner bigint not null, primary key (queue, owner)
      ) ${options}`,
  ].map((statement) => statement.compile(builder));
}
