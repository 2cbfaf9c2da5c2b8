import { type SqlDialect, StatementTemplate } from '@celeriac/sql';
import { type RawBuilder, sql } from 'kysely';
import { outlasts } from './outlasts.ts';
import type { NewResultRow, ResultRow } from './result-row.ts';

/** The statements on results, each compiled when it is first used. */
export class SqliteResultStatements {
  /** Gives out the next `count` numbers of the sequence; answers with the last of them. */
  readonly advance: StatementTemplate<{ count: number }, { value: number }>;
  readonly lastSeq: StatementTemplate<object, { value: number }>;
  /** Changes nothing where something stands that outlasts it and has not expired. */
  readonly store: StatementTemplate<NewResultRow & { readonly now: number }>;
  readonly load: StatementTemplate<{ ids: unknown; now: number }, ResultRow>;
  /** What was written after `seq`, in order. */
  readonly news: StatementTemplate<{ seq: number; limit: number }, { seq: number; task_id: string; status: string }>;
  readonly forget: StatementTemplate<{ ids: unknown }>;
  readonly dropExpired: StatementTemplate<{ now: number; limit: number }>;

  constructor(dialect: SqlDialect) {
    const among = (ids: RawBuilder<unknown>): RawBuilder<unknown> => dialect.among(sql`task_id`, ids, 'text');

    this.advance = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_counter set value = value + ${p.count} where name = 'result' returning value`,
    );
    this.lastSeq = new StatementTemplate(dialect, () => sql`select value from celeriac_counter where name = 'result'`);
    this.store = new StatementTemplate(
      dialect,
      (p) => sql`
        insert into celeriac_result (seq, task_id, status, result, result_bytes, traceback, children, date_done,
          group_id, parent_id, extended, expires_at)
        values (${p.seq}, ${p.task_id}, ${p.status}, ${p.result}, ${p.result_bytes}, ${p.traceback}, ${p.children},
          ${p.date_done}, ${p.group_id}, ${p.parent_id}, ${p.extended}, ${p.expires_at})
        on conflict (task_id) do update set seq = excluded.seq, status = excluded.status, result = excluded.result,
          result_bytes = excluded.result_bytes, traceback = excluded.traceback, children = excluded.children,
          date_done = excluded.date_done, group_id = excluded.group_id, parent_id = excluded.parent_id,
          extended = excluded.extended, expires_at = excluded.expires_at
        where not ${outlasts('celeriac_result', 'excluded')} or celeriac_result.expires_at <= ${p.now}`,
    );
    this.load = new StatementTemplate(
      dialect,
      (p) => sql`
        select task_id, status, result, result_bytes, traceback, children, date_done, group_id, parent_id, extended
        from celeriac_result where ${among(p.ids)} and (expires_at is null or expires_at > ${p.now})`,
    );
    this.news = new StatementTemplate(
      dialect,
      (p) => sql`
        select seq, task_id, status from celeriac_result where seq > ${p.seq} order by seq limit ${p.limit}`,
    );
    this.forget = new StatementTemplate(dialect, (p) => sql`delete from celeriac_result where ${among(p.ids)}`);
    this.dropExpired = new StatementTemplate(
      dialect,
      (p) => sql`
        delete from celeriac_result where seq in (
          select seq from celeriac_result where expires_at <= ${p.now} limit ${p.limit})`,
    );
  }
}
