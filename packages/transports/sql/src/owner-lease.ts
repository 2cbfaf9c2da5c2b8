import { changesOf, rowsOf, type SqlDialect, StatementTemplate, type Steps } from '@celeriac/sql';
import { sql } from 'kysely';

/** One connection that takes messages. */
export interface Owner {
  readonly id: number;
  readonly leaseMs: number;
}

/** `now` is the host's time, see {@link hostTimeMs}; servers go by their own and do not look at it. */
type Now = { readonly now: number };
type Lease = Now & { readonly id: number; readonly leaseMs: number };

/**
 * Who is alive. Each connection that takes messages has one row; what it took is its own as long as the row is not out
 * of date and swept. Times are those of the dialect's `leaseNow`.
 */
export class OwnerStatements {
  /** How much of the lease is left. */
  readonly find: StatementTemplate<Now & { id: number }, { left_ms: number }>;
  readonly register: StatementTemplate<Lease>;
  /** Changes nothing when the lease was swept. */
  readonly prolong: StatementTemplate<Lease>;
  readonly generation: StatementTemplate<{ id: number }, { generation: number }>;
  readonly anyDead: StatementTemplate<Now>;
  readonly dropDead: StatementTemplate<Now>;
  readonly drop: StatementTemplate<{ id: number }>;

  constructor(dialect: SqlDialect) {
    // On the host's clock, which begins anew with the machine, a time more than two leases ahead is from before that. (One
    // would do, were no look ever older than what it looks at.)
    const fromBefore = (now: ReturnType<SqlDialect['leaseNow']>) =>
      dialect.locks === 'database' ? sql`or expires_at > ${now} + 2 * lease_ms` : sql``;

    this.find = new StatementTemplate(
      dialect,
      (p) => sql`select expires_at - ${dialect.leaseNow(p.now)} as left_ms from celeriac_owner where id = ${p.id}`,
    );
    this.register = new StatementTemplate(dialect, (p) => {
      const now = dialect.leaseNow(p.now);
      const into = sql`celeriac_owner (id, expires_at, lease_ms, generation)
          values (${p.id}, ${now} + ${p.leaseMs}, ${p.leaseMs}, ${now})`;
      // Two takes of one owner may both find it missing.
      return dialect.upsert(into, 'id', ['expires_at']);
    });
    this.prolong = new StatementTemplate(
      dialect,
      (p) => sql`
        update celeriac_owner set expires_at = ${dialect.leaseNow(p.now)} + ${p.leaseMs} where id = ${p.id}`,
    );
    this.generation = new StatementTemplate(
      dialect,
      (p) => sql`select generation from celeriac_owner where id = ${p.id}`,
    );
    this.anyDead = new StatementTemplate(dialect, (p) => {
      const now = dialect.leaseNow(p.now);
      return sql`select 1 from celeriac_owner where expires_at <= ${now} ${fromBefore(now)} limit 1`;
    });
    this.dropDead = new StatementTemplate(dialect, (p) => {
      const now = dialect.leaseNow(p.now);
      return sql`delete from celeriac_owner where expires_at <= ${now} ${fromBefore(now)}`;
    });
    this.drop = new StatementTemplate(dialect, (p) => sql`delete from celeriac_owner where id = ${p.id}`);
  }
}

/**
 * Makes sure that the owner counts as alive, before it takes messages. The generation of a lease is the time when it
 * began: whoever finds another one than before has lost everything it held.
 */
export function* keepAlive(statements: OwnerStatements, { id, leaseMs }: Owner, now: number): Steps<void> {
  const [lease] = yield* rowsOf(statements.find.with({ id, now }));
  if (lease === undefined) yield statements.register.with({ id, now, leaseMs });
  else if (lease.left_ms < leaseMs / 2 && (yield* changesOf(statements.prolong.with({ id, now, leaseMs }))) === 0) {
    // Swept between the two statements, where others write at the same time.
    yield statements.register.with({ id, now, leaseMs });
  }
}
