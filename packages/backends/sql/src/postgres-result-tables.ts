import { type CompiledQuery, type Kysely, sql } from 'kysely';

/** As SQLite's, without a sequence: PostgreSQL announces which results are new. */
export function createPostgresResults(builder: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    sql`
      create table celeriac_result (
        task_id text collate "C" primary key,
        status text not null,
        result text,
        result_bytes bytea,
        traceback text,
        children text,
        date_done text,
        group_id text,
        parent_id text,
        extended text,
        expires_at bigint
      )`,
    sql`create index celeriac_result_expiry on celeriac_result (expires_at) where expires_at is not null`,
  ].map((statement) => statement.compile(builder));
}

/** A member counts once for its chord: its row is keyed by both. */
export function createPostgresGroups(builder: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    sql`
      create table celeriac_group (group_id text collate "C" primary key, members text not null, expires_at bigint)`,
    sql`
      create table celeriac_chord (
        group_id text collate "C" primary key,
        size integer,
        done integer not null,
        closed integer not null,
        claimed_at bigint,
        expires_at bigint
      )`,
    sql`
      create table celeriac_chord_part (
        group_id text collate "C" not null,
        task_id text collate "C" not null,
        position integer,
        status text not null,
        result bytea not null,
        primary key (group_id, task_id)
      )`,
  ].map((statement) => statement.compile(builder));
}
