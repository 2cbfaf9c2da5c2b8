import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { PRIORITY_LEVELS } from './capabilities.ts';
import { LINE_SPAN } from './claim-marks.ts';
import { NOBODY } from './nobody.ts';

const nobody = sql.lit(NOBODY);
const top = sql.lit(PRIORITY_LEVELS - 1);

/**
 * As SQLite's. `line` is the place in the line, priorities included, so that one index gives the order and no other one
 * can be mistaken for it. Rows come and go all the time: vacuum is told to begin early.
 */
export function createPostgresMessages(builder: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    sql`
      create table celeriac_message (
        id bigserial primary key,
        queue text collate "C" not null,
        priority smallint not null,
        line bigint not null generated always as ((${top} - priority) * ${sql.lit(LINE_SPAN)}::bigint + id) stored,
        deliver_at bigint,
        owner bigint not null,
        delivery_count integer not null,
        exchange text collate "C" not null,
        routing_key text not null,
        content_type text not null,
        content_encoding text not null,
        headers text not null,
        properties text not null,
        body bytea not null
      ) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500)`,
    sql`
      create index celeriac_message_ready on celeriac_message (queue, line)
      where owner = ${nobody} and deliver_at is null`,
    sql`create index celeriac_message_delayed on celeriac_message (queue, deliver_at, id) where deliver_at is not null`,
    sql`create index celeriac_message_held on celeriac_message (owner) where owner <> ${nobody}`,
    sql`
      create table celeriac_owner (
        id bigint primary key, expires_at bigint not null, lease_ms bigint not null, generation bigint not null
      )`,
  ].map((statement) => statement.compile(builder));
}

/** As SQLite's. A binding is found by a digest: an index takes no text of any length. */
export function createPostgresExchanges(builder: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    sql`
      create table celeriac_exchange (
        name text collate "C" primary key, type text not null, version bigint not null
      )`,
    sql`
      create table celeriac_binding (
        exchange text collate "C" not null,
        queue text collate "C" not null,
        routing_key text collate "C" not null,
        arguments text collate "C" not null
      )`,
    sql`
      create unique index celeriac_binding_once on celeriac_binding
        (exchange, queue, md5(routing_key), md5(arguments))`,
    sql`create index celeriac_binding_queue on celeriac_binding (queue)`,
    sql`
      create table celeriac_transient_queue (
        queue text collate "C" not null, owner bigint not null, primary key (queue, owner)
      )`,
  ].map((statement) => statement.compile(builder));
}
