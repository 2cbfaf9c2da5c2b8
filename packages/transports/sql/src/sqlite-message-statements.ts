import { type SqlDialect, StatementTemplate } from '@celeriac/sql';
import { type RawBuilder, sql } from 'kysely';
import type { MessageRow, NewMessageRow } from './message-row.ts';
import { NOBODY } from './nobody.ts';

/** Receipts (`id:delivery_count`) as a list, and who must hold them. */
export interface HeldReceipts {
  readonly receipts: unknown;
  readonly owner: number;
}

type Guard = { readonly guard: string };
type Id = { readonly id: number };

// The conditions of the partial indexes, word for word: SQLite uses such an index only where it finds its condition.
const nobody = sql.lit(NOBODY);
const ready = sql`owner = ${nobody} and deliver_at is null`;
const delayed = sql`deliver_at is not null`;
const taken = sql`owner <> ${nobody}`;
const receipt = sql`id || ':' || delivery_count`;

/** The statements on messages. None of them reads more rows than it answers with: each goes along an index. */
export class SqliteMessageStatements {
  readonly insert: StatementTemplate<NewMessageRow>;
  /** A row when something may be taken. */
  readonly anyReady: StatementTemplate<{ queue: string }>;
  /** When the next delayed message is due; null without any. */
  readonly nextDue: StatementTemplate<{ queue: string }, { due: number | null }>;
  readonly dueIds: StatementTemplate<{ queue: string; now: number; limit: number }, Id>;
  /** Puts copies of delayed messages at the end of the line, in the order in which they are due. */
  readonly release: StatementTemplate<{ ids: unknown }>;
  readonly readyIds: StatementTemplate<{ queue: string; limit: number }, Id>;
  readonly hold: StatementTemplate<{ ids: unknown; owner: number }>;
  readonly read: StatementTemplate<{ ids: unknown }, MessageRow>;
  readonly drop: StatementTemplate<{ ids: unknown }>;
  readonly ack: StatementTemplate<HeldReceipts, Guard>;
  readonly requeue: StatementTemplate<HeldReceipts, Guard>;
  readonly held: StatementTemplate<HeldReceipts, Guard>;
  readonly putBackOwn: StatementTemplate<{ owner: number }>;
  readonly putBackOrphans: StatementTemplate<object>;
  readonly size: StatementTemplate<{ queue: string }, { waiting: number }>;
  readonly waitingIds: StatementTemplate<{ queue: string; limit: number }, Id>;

  constructor(dialect: SqlDialect) {
    const ids = (list: RawBuilder<unknown>): RawBuilder<unknown> => dialect.among(sql`id`, list, 'integer');
    const isHeld = (p: { receipts: RawBuilder<unknown>; owner: RawBuilder<number> }): RawBuilder<unknown> =>
      sql`${ids(p.receipts)} and owner = ${p.owner} and ${dialect.among(receipt, p.receipts, 'text')}`;

    this.insert = new StatementTemplate(
      dialect,
      (p) => sql`
        insert into celeriac_message (queue, priority, deliver_at, owner, delivery_count, exchange, routing_key,
          content_type, content_encoding, headers, properties, body)
        values (${p.queue}, ${p.priority}, ${p.deliver_at}, ${nobody}, 0, ${p.exchange}, ${p.routing_key},
          ${p.content_type}, ${p.content_encoding}, ${p.headers}, ${p.properties}, ${p.body})`,
    );
    this.anyReady = new StatementTemplate(
      dialect,
      (p) => sql`select 1 from celeriac_message where queue = ${p.queue} and ${ready} limit 1`,
    );
    this.nextDue = new StatementTemplate(
      dialect,
      (p) => sql`select min(deliver_at) as due from celeriac_message where queue = ${p.queue} and ${delayed}`,
    );
    this.dueIds = new StatementTemplate(
      dialect,
      (p) => sql`
        select id from celeriac_message where queue = ${p.queue} and ${delayed} and deliver_at <= ${p.now}
        order by deliver_at, id limit ${p.limit}`,
    );
    this.release = new StatementTemplate(
      dialect,
      (p) => sql`
        insert into celeriac_message (queue, priority, owner, delivery_count, exchange, routing_key, content_type,
          content_encoding, headers, properties, body)
        select queue, priority, ${nobody}, delivery_count, exchange, routing_key, content_type, content_encoding, headers,
          properties, body
        from celeriac_message where ${ids(p.ids)} order by deliver_at, id`,
    );
    this.readyIds = new StatementTemplate(
      dialect,
      (p) => sql`
        select id from celeriac_message where queue = ${p.queue} and ${ready}
        order by priority desc, id limit ${p.limit}`,
    );
    this.hold = new StatementTemplate(
      dialect,
      (p) => sql`
        update celeriac_message set owner = ${p.owner}, delivery_count = delivery_count + 1 where ${ids(p.ids)}`,
    );
    this.read = new StatementTemplate(
      dialect,
      (p) => sql`
        select id, queue, delivery_count, exchange, routing_key, content_type, content_encoding, headers, properties, body
        from celeriac_message where ${ids(p.ids)}`,
    );
    this.drop = new StatementTemplate(dialect, (p) => sql`delete from celeriac_message where ${ids(p.ids)}`);
    this.ack = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_message where ${isHeld(p)} returning ${receipt} as guard`,
    );
    this.requeue = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_message set owner = ${nobody} where ${isHeld(p)} returning ${receipt} as guard`,
    );
    this.held = new StatementTemplate(
      dialect,
      (p) => sql`select ${receipt} as guard from celeriac_message where ${isHeld(p)}`,
    );
    this.putBackOwn = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_message set owner = ${nobody} where owner = ${p.owner} and ${taken}`,
    );
    this.putBackOrphans = new StatementTemplate(
      dialect,
      () => sql`
        update celeriac_message set owner = ${nobody}
        where ${taken} and owner not in (select id from celeriac_owner)`,
    );
    this.size = new StatementTemplate(
      dialect,
      (p) => sql`
        select (select count(*) from celeriac_message where queue = ${p.queue} and ${ready})
          + (select count(*) from celeriac_message where queue = ${p.queue} and ${delayed}) as waiting`,
    );
    this.waitingIds = new StatementTemplate(
      dialect,
      (p) => sql`
        select id from (select id from celeriac_message where queue = ${p.queue} and ${ready} limit ${p.limit})
        union all
        select id from (select id from celeriac_message where queue = ${p.queue} and ${delayed} limit ${p.limit})`,
    );
  }
}
