import { type SqlDialect, StatementTemplate } from '@celeriac/sql';
import { type RawBuilder, sql } from 'kysely';
import { outlasts } from './outlasts.ts';
import type { ResultRow } from './result-row.ts';

type Texts = readonly (string | null)[];

/** New results, one list for each column. */
export interface PostgresNewResults {
  readonly taskIds: readonly string[];
  readonly statuses: readonly string[];
  readonly results: Texts;
  readonly resultBytes: readonly (Uint8Array | null)[];
  readonly tracebacks: Texts;
  readonly children: Texts;
  readonly datesDone: Texts;
  readonly groupIds: Texts;
  readonly parentIds: Texts;
  readonly extended: Texts;
  readonly expiresAt: readonly (number | null)[];
  /** What is announced. */
  readonly news: readonly string[];
}

const columns = sql`task_id, status, result, result_bytes, traceback, children, date_done, group_id, parent_id, extended`;

/** The statements on results in PostgreSQL, each compiled when it is first used. */
export class PostgresResultStatements {
  /** Answers with the ids that were written; a row without one stands for the announcements. */
  readonly store: StatementTemplate<PostgresNewResults & { now: number }, { task_id: string }>;
  readonly load: StatementTemplate<{ ids: unknown; now: number }, ResultRow>;
  readonly forget: StatementTemplate<{ ids: unknown }>;
  readonly dropExpired: StatementTemplate<{ now: number; limit: number }>;

  constructor(dialect: SqlDialect) {
    const among = (ids: RawBuilder<unknown>): RawBuilder<unknown> => dialect.among(sql`task_id`, ids, 'text');

    this.store = new StatementTemplate(
      dialect,
      (p) => sql`
        with stored as (
          insert into celeriac_result as kept (${columns}, expires_at)
          select * from unnest(${p.taskIds}::text[], ${p.statuses}::text[], ${p.results}::text[],
            ${p.resultBytes}::bytea[], ${p.tracebacks}::text[], ${p.children}::text[], ${p.datesDone}::text[],
            ${p.groupIds}::text[], ${p.parentIds}::text[], ${p.extended}::text[], ${p.expiresAt}::bigint[])
          on conflict (task_id) do update set status = excluded.status, result = excluded.result,
            result_bytes = excluded.result_bytes, traceback = excluded.traceback, children = excluded.children,
            date_done = excluded.date_done, group_id = excluded.group_id, parent_id = excluded.parent_id,
            extended = excluded.extended, expires_at = excluded.expires_at
          where not ${outlasts('kept', 'excluded')} or kept.expires_at <= ${p.now}
          returning task_id
        )
        select task_id, 0 as told from stored
        union all
        select null, count(pg_notify('celeriac_result', news)) from unnest(${p.news}::text[]) as news`,
    );
    this.load = new StatementTemplate(
      dialect,
      (p) => sql`
        select ${columns} from celeriac_result
        where ${among(p.ids)} and (expires_at is null or expires_at > ${p.now})`,
    );
    this.forget = new StatementTemplate(dialect, (p) => sql`delete from celeriac_result where ${among(p.ids)}`);
    this.dropExpired = new StatementTemplate(
      dialect,
      (p) => sql`
        delete from celeriac_result where task_id in (
          select task_id from celeriac_result where expires_at <= ${p.now} limit ${p.limit} for update skip locked)`,
    );
  }
}
