import { type SqlDialect, StatementTemplate, WAITED_MS } from '@celeriac/sql';
import { type RawBuilder, sql } from 'kysely';
import type { MessageRow, NewMessageRow } from './message-row.ts';
import { NOBODY } from './nobody.ts';

/** Receipts and their ids as lists, and who must hold them. */
export interface MysqlHeld {
  readonly ids: unknown;
  readonly receipts: unknown;
  readonly owner: number;
}

type Held = MysqlHeld;
type Id = { readonly id: number };
type Ids = { readonly ids: unknown };
type Queues = { readonly queues: unknown };

const nobody = sql.lit(NOBODY);
const ready = sql`owner = ${nobody} and deliver_at is null`;
const receipt = sql`concat(id, ':', delivery_count)`;
const content = sql`exchange, routing_key, content_type, content_encoding, headers, properties, body`;
// Another index would lock rows that are then not taken.
const inLine = sql`celeriac_message force index (celeriac_message_ready)`;

/** The statements on messages in MySQL and MariaDB. Nothing that writes answers with rows there. */
export class MysqlMessageStatements {
  /** `rows` is a list of rows, each a list in the order of the columns. */
  readonly insert: StatementTemplate<{ rows: unknown }>;
  /** The same for one row. */
  readonly insertOne: StatementTemplate<NewMessageRow>;
  readonly readyRows: StatementTemplate<{ queue: string; limit: number }, MessageRow>;
  readonly hold: StatementTemplate<Ids & { owner: number }>;
  readonly anyDue: StatementTemplate<Queues & { now: number }>;
  readonly dueIds: StatementTemplate<Queues & { now: number; limit: number }, Id>;
  /** Puts copies of delayed messages at the end of the line, in the order in which they are due. */
  readonly release: StatementTemplate<Ids>;
  readonly drop: StatementTemplate<Ids>;
  readonly look: StatementTemplate<Queues & { now: number }, { due: number | null; dead: number }>;
  readonly held: StatementTemplate<Held, { readonly guard: string }>;
  /** As {@link MysqlMessageStatements.held}, and keeps it so until the end of the transaction. */
  readonly lockHeld: StatementTemplate<Held, { readonly guard: string }>;
  readonly dropHeld: StatementTemplate<Held>;
  readonly putBackHeld: StatementTemplate<Held>;
  readonly deadOwners: StatementTemplate<{ now: number }, Id>;
  readonly dropOwners: StatementTemplate<Ids>;
  readonly orphans: StatementTemplate<object, Id>;
  readonly putBack: StatementTemplate<{ owners: unknown }>;
  readonly size: StatementTemplate<{ queue: string }, { waiting: number }>;
  readonly waitingIds: StatementTemplate<{ queue: string; limit: number }, Id>;
  readonly anyReady: StatementTemplate<Queues & { now: number }, { readonly news: number }>;

  constructor(dialect: SqlDialect) {
    const ids = (list: RawBuilder<unknown>): RawBuilder<unknown> => dialect.among(sql`id`, list, 'integer');
    const inQueues = (list: RawBuilder<unknown>): RawBuilder<unknown> => dialect.among(sql`queue`, list, 'text');
    const isHeld = (p: { [K in keyof Held]: RawBuilder<Held[K]> }): RawBuilder<unknown> =>
      sql`${ids(p.ids)} and owner = ${p.owner} and ${dialect.among(receipt, p.receipts, 'text')}`;

    this.insert = new StatementTemplate(
      dialect,
      (p) =>
        sql`insert into celeriac_message (owner, delivery_count, queue, priority, deliver_at, ${content}) values ${p.rows}`,
    );
    this.insertOne = new StatementTemplate(
      dialect,
      (p) => sql`
        insert into celeriac_message (owner, delivery_count, queue, priority, deliver_at, ${content})
        values (${nobody}, 0, ${p.queue}, ${p.priority}, ${p.deliver_at}, ${p.exchange}, ${p.routing_key},
          ${p.content_type}, ${p.content_encoding}, ${p.headers}, ${p.properties}, ${p.body})`,
    );
    this.readyRows = new StatementTemplate(
      dialect,
      (p) => sql`
        select id, queue, priority, deliver_at, delivery_count, ${content} from ${inLine}
        where queue = ${p.queue} and ${ready} order by line, id limit ${p.limit} for update skip locked`,
    );
    this.hold = new StatementTemplate(
      dialect,
      (p) => sql`
        update celeriac_message set owner = ${p.owner}, delivery_count = delivery_count + 1 where ${ids(p.ids)}`,
    );
    this.anyDue = new StatementTemplate(
      dialect,
      (p) => sql`
        select 1 from ${inLine} where ${inQueues(p.queues)} and owner = ${nobody} and deliver_at <= ${p.now} limit 1`,
    );
    this.dueIds = new StatementTemplate(
      dialect,
      (p) => sql`
        select id from ${inLine} where ${inQueues(p.queues)} and owner = ${nobody} and deliver_at <= ${p.now}
        order by deliver_at, line, id limit ${p.limit} for update skip locked`,
    );
    this.release = new StatementTemplate(
      dialect,
      (p) => sql`
        insert into celeriac_message (owner, delivery_count, queue, priority, ${content})
        select ${nobody}, delivery_count, queue, priority, ${content}
        from celeriac_message where ${ids(p.ids)} order by deliver_at, id`,
    );
    this.drop = new StatementTemplate(dialect, (p) => sql`delete from celeriac_message where ${ids(p.ids)}`);
    this.look = new StatementTemplate(
      dialect,
      (p) => sql`
        select (select min(deliver_at) from ${inLine}
            where ${inQueues(p.queues)} and owner = ${nobody} and deliver_at is not null) as due,
          exists (select 1 from celeriac_owner where expires_at <= ${dialect.leaseNow(p.now)}) as dead`,
    );
    const held = (p: { [K in keyof Held]: RawBuilder<Held[K]> }, lock = sql``): RawBuilder<unknown> =>
      sql`select ${receipt} as guard from celeriac_message where ${isHeld(p)} ${lock}`;
    this.held = new StatementTemplate(dialect, (p) => held(p));
    this.lockHeld = new StatementTemplate(dialect, (p) => held(p, sql`for update`));
    this.dropHeld = new StatementTemplate(dialect, (p) => sql`delete from celeriac_message where ${isHeld(p)}`);
    this.putBackHeld = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_message set owner = ${nobody} where ${isHeld(p)}`,
    );
    this.deadOwners = new StatementTemplate(
      dialect,
      (p) => sql`select id from celeriac_owner where expires_at <= ${dialect.leaseNow(p.now)} for update`,
    );
    this.dropOwners = new StatementTemplate(dialect, (p) => sql`delete from celeriac_owner where ${ids(p.ids)}`);
    this.orphans = new StatementTemplate(
      dialect,
      () => sql`
        select distinct owner as id from celeriac_message force index (celeriac_message_held)
        where (owner < ${nobody} or owner > ${nobody}) and owner not in (select id from celeriac_owner)`,
    );
    this.putBack = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_message set owner = ${nobody} where ${dialect.among(sql`owner`, p.owners, 'integer')}`,
    );
    this.size = new StatementTemplate(
      dialect,
      (p) => sql`select count(*) as waiting from ${inLine} where queue = ${p.queue} and owner = ${nobody}`,
    );
    this.waitingIds = new StatementTemplate(
      dialect,
      (p) => sql`
        select id from ${inLine} where queue = ${p.queue} and owner = ${nobody}
        limit ${p.limit} for update skip locked`,
    );
    this.anyReady = new StatementTemplate(
      dialect,
      (p) => sql`
        select exists (select 1 from ${inLine} where ${inQueues(p.queues)} and ${ready})
          or exists (
            select 1 from ${inLine}
            where ${inQueues(p.queues)} and owner = ${nobody} and deliver_at <= ${p.now} + ${sql.raw(WAITED_MS)})
          as news`,
    );
  }
}
