import { type SqlDatabase, type Statement, StatementTemplate } from '@celeriac/sql';
import type { BrokerWarning } from '@celeriac/transport';
import { sql } from 'kysely';

/** A transaction that is open for longer is worth a word. */
const OLD_SECONDS = 300;

interface OldTransaction {
  readonly pid: number;
  readonly who: string;
  readonly state: string;
  readonly seconds: number;
}

/**
 * Transactions that keep PostgreSQL from clearing away what was deleted since they began. Those of other users are seen only
 * with `pg_read_all_stats`; other databases have nothing of the kind.
 */
export async function oldTransactions(
  database: SqlDatabase,
  oldSeconds: number = OLD_SECONDS,
): Promise<readonly BrokerWarning[]> {
  const { dialect } = database;
  if (dialect.name !== 'postgres') return [];
  const query = new StatementTemplate<{ oldSeconds: number }, OldTransaction>(
    dialect,
    (p) => sql`
      select pid, coalesce(nullif(application_name, ''), usename::text, '?') as who, coalesce(state, '?') as state,
        floor(extract(epoch from clock_timestamp() - xact_start))::integer as seconds
      from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
        and (backend_xmin is not null or backend_xid is not null)
        and xact_start < clock_timestamp() - ${p.oldSeconds}::integer * interval '1 second'
      order by xact_start`,
  );
  const [rows = []] = await database.run([query.with({ oldSeconds }) as unknown as Statement], { mode: 'read' });
  return (rows as unknown as readonly OldTransaction[]).map(warningOf);
}

function warningOf({ pid, who, state, seconds }: OldTransaction): BrokerWarning {
  return {
    problem: `A transaction of "${who}" (process ${pid}, ${state}) is open for ${seconds} s: the rows of messages that are done stay in the table until it ends`,
    hint: `End it, or its connection: select pg_terminate_backend(${pid}). idle_in_transaction_session_timeout ends such ones by itself.`,
  };
}
