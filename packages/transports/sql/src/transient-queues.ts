import { type SqlDialect, StatementTemplate } from '@celeriac/sql';
import { sql } from 'kysely';

/** Queues that end with the connection that declared them, for the case that it cannot remove them itself. */
export class TransientQueueStatements {
  readonly add: StatementTemplate<{ queue: string; owner: number }>;
  readonly forget: StatementTemplate<{ queue: string }>;
  /** A connection that ends in good order has removed what had to be removed. */
  readonly leave: StatementTemplate<{ owner: number }>;
  /** Those whose owners are all gone. */
  readonly orphans: StatementTemplate<object, { queue: string }>;

  constructor(dialect: SqlDialect) {
    this.add = new StatementTemplate(dialect, (p) =>
      dialect.insertOrSkip(sql`celeriac_transient_queue (queue, owner) values (${p.queue}, ${p.owner})`),
    );
    this.forget = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_transient_queue where queue = ${p.queue}`,
    );
    this.leave = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_transient_queue where owner = ${p.owner}`,
    );
    this.orphans = new StatementTemplate(
      dialect,
      () => sql`
        select distinct queue from celeriac_transient_queue
        where queue not in (select queue from celeriac_transient_queue where owner in (select id from celeriac_owner))`,
    );
  }
}
