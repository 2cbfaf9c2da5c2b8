import { type CompiledQuery, type Kysely, sql } from 'kysely';

/** Ids are bytes: two are the same only if they are the same byte by byte. 255 characters take at most 1,020 of them. */
const id = sql`varbinary(1020)`;
const options = sql`engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin`;

/** As SQLite's. Every step may be run again: making a table commits. */
export function createMysqlResults(builder: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    sql`
      create table if not exists celeriac_result (
        task_id ${id} not null primary key,
        seq bigint not null,
        status varchar(255) not null,
        result longtext,
        result_bytes longblob,
        traceback longtext,
        children longtext,
        date_done varchar(64),
        group_id ${id},
        parent_id ${id},
        extended longtext,
        expires_at bigint,
        key celeriac_result_seq (seq),
        key celeriac_result_expiry (expires_at)
      ) ${options}`,
    sql`
      create table if not exists celeriac_counter (
        name varchar(32) not null primary key, value bigint not null
      ) ${options}`,
    sql`insert ignore into celeriac_counter (name, value) values ('result', 0)`,
  ].map((statement) => statement.compile(builder));
}

/** A member counts once for its chord: its row is keyed by both. */
export function createMysqlGroups(builder: Kysely<unknown>): readonly CompiledQuery[] {
  return [
    sql`
      create table if not exists celeriac_group (
        group_id ${id} not null primary key, members longtext not null, expires_at bigint
      ) ${options}`,
    sql`
      create table if not exists celeriac_chord (
        group_id ${id} not null primary key,
        size int,
        done int not null,
        closed int not null,
        claimed_at bigint,
        expires_at bigint
      ) ${options}`,
    sql`
      create table if not exists celeriac_chord_part (
        group_id ${id} not null,
        task_id ${id} not null,
        position int,
        status varchar(255) not null,
        result longblob not null,
        primary key (group_id, task_id)
      ) ${options}`,
  ].map((statement) => statement.compile(builder));
}
