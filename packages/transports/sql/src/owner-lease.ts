import { rowsOf, type SqlDialect, StatementTemplate, type Steps } from '@celeriac/sql';
import { sql } from 'kysely';

/** One connection that takes messages. */
export interface Owner {
  readonly id: number;
  readonly leaseMs: number;
}

/**
 * Who is alive. Each connection that takes messages has one row; what it took is its own as long as the row is not out
 * of date and swept. Times are those of {@link hostTimeMs}; a time more than two leases ahead is from before the machine
 * was started, and out of date. (One would do, were no look ever older than what it looks at.)
 */
export class OwnerStatements {
  readonly find: StatementTemplate<{ id: number }, { expires_at: number }>;
  readonly register: StatementTemplate<{ id: number; until: number; leaseMs: number; generation: number }>;
  /** Prolongs the lease; answers with its generation, or nothing when it was swept. */
  readonly prolong: StatementTemplate<{ id: number; until: number }, { generation: number }>;
  readonly anyDead: StatementTemplate<{ now: number }>;
  readonly dropDead: StatementTemplate<{ now: number }>;
  readonly drop: StatementTemplate<{ id: number }>;

  constructor(dialect: SqlDialect) {
    this.find = new StatementTemplate(dialect, (p) => sql`select expires_at from celeriac_owner where id = ${p.id}`);
    this.register = new StatementTemplate(
      dialect,
      (p) => sql`
        insert into celeriac_owner (id, expires_at, lease_ms, generation)
        values (${p.id}, ${p.until}, ${p.leaseMs}, ${p.generation})`,
    );
    this.prolong = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_owner set expires_at = ${p.until} where id = ${p.id} returning generation`,
    );
    this.anyDead = new StatementTemplate(
      dialect,
      (p) =>
        sql`select 1 from celeriac_owner where expires_at <= ${p.now} or expires_at > ${p.now} + 2 * lease_ms limit 1`,
    );
    this.dropDead = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_owner where expires_at <= ${p.now} or expires_at > ${p.now} + 2 * lease_ms`,
    );
    this.drop = new StatementTemplate(dialect, (p) => sql`delete from celeriac_owner where id = ${p.id}`);
  }
}

/**
 * Makes sure that the owner counts as alive, before it takes messages. The generation of a lease is the time when it
 * began: whoever finds another one than before has lost everything it held.
 */
export function* keepAlive(statements: OwnerStatements, { id, leaseMs }: Owner, nowMs: number): Steps<void> {
  const [lease] = yield* rowsOf(statements.find.with({ id }));
  const until = nowMs + leaseMs;
  if (lease === undefined) yield statements.register.with({ id, until, leaseMs, generation: nowMs });
  else if (lease.expires_at - nowMs < leaseMs / 2) yield statements.prolong.with({ id, until });
}
