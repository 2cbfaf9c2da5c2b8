import { type SqlDialect, StatementTemplate } from '@celeriac/sql';
import { type RawBuilder, sql } from 'kysely';
import type { MessageRow } from './message-row.ts';
import { NOBODY } from './nobody.ts';

/** New messages, one list for each column. */
export interface PostgresNewRows {
  readonly queues: readonly string[];
  readonly priorities: readonly number[];
  readonly deliverAts: readonly (number | null)[];
  readonly exchanges: readonly string[];
  readonly routingKeys: readonly string[];
  readonly contentTypes: readonly string[];
  readonly contentEncodings: readonly string[];
  readonly headers: readonly string[];
  readonly properties: readonly string[];
  readonly bodies: readonly Buffer[];
}

/** A message that was claimed: its place in the line, and the last id given out before. */
export interface PostgresMessageRow extends MessageRow {
  readonly line: number;
  readonly last_id: number;
}

/** Receipts and their ids as lists, and who must hold them. */
export interface PostgresHeld {
  readonly ids: unknown;
  readonly receipts: unknown;
  readonly owner: number;
}

interface ClaimParameters {
  readonly queue: string;
  /** Where each priority begins and ends, from the highest. */
  readonly starts: unknown;
  readonly ends: unknown;
  readonly limit: number;
  readonly owner: number;
  readonly leaseMs: number;
  readonly now: number;
}

type Guard = { readonly guard: string };
type Queues = { readonly queues: unknown };

// The conditions of the partial indexes, word for word: an index is used only where its condition is found.
const nobody = sql.lit(NOBODY);
const ready = sql`owner = ${nobody} and deliver_at is null`;
const delayed = sql`deliver_at is not null`;
const taken = sql`owner <> ${nobody}`;
const receipt = sql`id || ':' || delivery_count`;
const content = sql`exchange, routing_key, content_type, content_encoding, headers, properties, body`;

/** Announces queues to those who wait: as their name, or behind a `!` where something came back in front. */
const announce = (queues: RawBuilder<unknown>, sign = ''): RawBuilder<unknown> =>
  sql`(select count(pg_notify('celeriac_message', ${sql.lit(sign)} || queue)) as told from (select distinct queue from ${queues}) as one)`;

/** The statements on messages in PostgreSQL. Each is a whole by itself; only settling both ways at once takes two. */
export class PostgresMessageStatements {
  readonly insert: StatementTemplate<PostgresNewRows>;
  readonly claim: StatementTemplate<ClaimParameters, PostgresMessageRow>;
  /** Whether anything waits between where claims could begin and where they do. */
  readonly behind: StatementTemplate<{ queue: string; starts: unknown; ends: unknown }>;
  readonly release: StatementTemplate<Queues & { now: number; limit: number }>;
  readonly look: StatementTemplate<Queues & { now: number }, { due: number | null; dead: boolean }>;
  readonly ack: StatementTemplate<PostgresHeld, Guard>;
  readonly requeue: StatementTemplate<PostgresHeld, Guard>;
  readonly held: StatementTemplate<PostgresHeld, Guard>;
  readonly dropDead: StatementTemplate<{ now: number }, { id: number }>;
  readonly orphans: StatementTemplate<object, { id: number }>;
  readonly putBack: StatementTemplate<{ owners: unknown }>;
  readonly size: StatementTemplate<{ queue: string }, { waiting: number }>;
  readonly dropSome: StatementTemplate<{ queue: string; limit: number }>;

  constructor(dialect: SqlDialect) {
    const isHeld = (p: { [K in keyof PostgresHeld]: RawBuilder<PostgresHeld[K]> }): RawBuilder<unknown> =>
      sql`${dialect.among(sql`id`, p.ids, 'integer')} and owner = ${p.owner}
        and ${dialect.among(receipt, p.receipts, 'text')}`;
    const inQueues = (queues: RawBuilder<unknown>): RawBuilder<unknown> => dialect.among(sql`queue`, queues, 'text');

    this.insert = new StatementTemplate(
      dialect,
      (p) => sql`
        with added as (
          insert into celeriac_message (owner, delivery_count, queue, priority, deliver_at, ${content})
          select ${nobody}, 0, * from unnest(${p.queues}::text[], ${p.priorities}::smallint[],
            ${p.deliverAts}::bigint[], ${p.exchanges}::text[], ${p.routingKeys}::text[], ${p.contentTypes}::text[],
            ${p.contentEncodings}::text[], ${p.headers}::text[], ${p.properties}::text[], ${p.bodies}::bytea[])
          returning queue
        )
        select told from ${announce(sql`added`)} as announcement`,
    );
    this.claim = new StatementTemplate(dialect, (p) => {
      const now = dialect.leaseNow(p.now);
      return sql`
        with alive as (
          insert into celeriac_owner (id, expires_at, lease_ms, generation)
          select ${p.owner}::bigint, ${now} + ${p.leaseMs}::bigint, ${p.leaseMs}::bigint, ${now}
          where not exists (
            select 1 from celeriac_owner
            where id = ${p.owner}::bigint and expires_at > ${now} + ${p.leaseMs}::bigint / 2)
          on conflict (id) do update set expires_at = excluded.expires_at
        ), place as materialized (
          select last_value as last_id from celeriac_message_id_seq
        ), picked as materialized (
          select message.id from unnest(${p.starts}::bigint[], ${p.ends}::bigint[]) as level (past, up_to)
          cross join lateral (
            select id from celeriac_message
            where queue = ${p.queue} and line > level.past and line < level.up_to and ${ready}
            order by line limit ${p.limit}::bigint for update skip locked
          ) as message
          limit ${p.limit}::bigint
        )
        update celeriac_message as message set owner = ${p.owner}, delivery_count = delivery_count + 1
        from picked where message.id = picked.id
        returning message.id, queue, line, priority, deliver_at, delivery_count, ${content},
          (select last_id from place) as last_id`;
    });
    this.behind = new StatementTemplate(
      dialect,
      (p) => sql`
        select 1 from unnest(${p.starts}::bigint[], ${p.ends}::bigint[]) as level (past, up_to)
        cross join lateral (
          select 1 from celeriac_message
          where queue = ${p.queue} and line > level.past and line <= level.up_to and ${ready}
          order by line limit 1
        ) as message limit 1`,
    );
    this.release = new StatementTemplate(
      dialect,
      (p) => sql`
        with due as (
          delete from celeriac_message where id in (
            select id from celeriac_message where ${inQueues(p.queues)} and ${delayed} and deliver_at <= ${p.now}
            order by deliver_at, id limit ${p.limit} for update skip locked)
          returning *
        )
        insert into celeriac_message (owner, delivery_count, queue, priority, ${content})
        select ${nobody}, delivery_count, queue, priority, ${content} from due order by due.deliver_at, due.id`,
    );
    this.look = new StatementTemplate(
      dialect,
      (p) => sql`
        select (select min(deliver_at) from celeriac_message where ${inQueues(p.queues)} and ${delayed}) as due,
          exists (select 1 from celeriac_owner where expires_at <= ${dialect.leaseNow(p.now)}) as dead`,
    );
    this.ack = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_message where ${isHeld(p)} returning ${receipt} as guard`,
    );
    this.requeue = new StatementTemplate(
      dialect,
      (p) => sql`
        with back as (
          update celeriac_message set owner = ${nobody} where ${isHeld(p)} returning id, delivery_count, queue
        )
        select ${receipt} as guard from back cross join ${announce(sql`back`, '!')} as announcement`,
    );
    this.held = new StatementTemplate(
      dialect,
      (p) => sql`select ${receipt} as guard from celeriac_message where ${isHeld(p)}`,
    );
    this.dropDead = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_owner where expires_at <= ${dialect.leaseNow(p.now)} returning id`,
    );
    this.orphans = new StatementTemplate(
      dialect,
      () => sql`
        select distinct owner as id from celeriac_message
        where ${taken} and not exists (select 1 from celeriac_owner where celeriac_owner.id = celeriac_message.owner)`,
    );
    this.putBack = new StatementTemplate(
      dialect,
      (p) => sql`
        with back as (
          update celeriac_message set owner = ${nobody}
          where ${dialect.among(sql`owner`, p.owners, 'integer')} and ${taken} returning queue
        )
        select told from ${announce(sql`back`, '!')} as announcement`,
    );
    this.size = new StatementTemplate(
      dialect,
      (p) => sql`
        select (select count(*) from celeriac_message where queue = ${p.queue} and ${ready})
          + (select count(*) from celeriac_message where queue = ${p.queue} and ${delayed}) as waiting`,
    );
    this.dropSome = new StatementTemplate(
      dialect,
      (p) => sql`
        delete from celeriac_message where id in (
          select id from (
            select id from celeriac_message where queue = ${p.queue} and ${ready}
            order by line limit ${p.limit}::bigint
            for update skip locked) as waiting
          union all
          select id from (
            select id from celeriac_message where queue = ${p.queue} and ${delayed}
            order by deliver_at, id limit ${p.limit}::bigint
            for update skip locked) as later)`,
    );
  }
}
