import { type SqlDialect, StatementTemplate } from '@celeriac/sql';
import { type RawBuilder, sql } from 'kysely';
import type { ResultRow } from './result-row.ts';

const columns = sql`task_id, status, result, result_bytes, traceback, children, date_done, group_id, parent_id, extended`;
const written = [
  ...['seq', 'status', 'result', 'result_bytes', 'traceback', 'children', 'date_done'],
  ...['group_id', 'parent_id', 'extended', 'expires_at'],
];

/** The statements on results in MySQL and MariaDB, each compiled when it is first used. */
export class MysqlResultStatements {
  /** Gives out the next `count` numbers of the sequence; from now on the transaction has the sequence to itself. */
  readonly advance: StatementTemplate<{ count: number }>;
  readonly lastSeq: StatementTemplate<object, { value: number }>;
  /** The last number given out, with each of these that has come to an end that has not expired; with null where none has. */
  readonly standing: StatementTemplate<
    { ids: unknown; now: number },
    { value: number } & ({ task_id: string; status: string } | { task_id: null; status: null })
  >;
  /** `rows` is a list of rows, each a list in the order of the columns. */
  readonly store: StatementTemplate<{ rows: unknown }>;
  readonly load: StatementTemplate<{ ids: unknown; now: number }, ResultRow>;
  /** What was written after `seq`, in order. */
  readonly news: StatementTemplate<{ seq: number; limit: number }, { seq: number; task_id: string; status: string }>;
  readonly forget: StatementTemplate<{ ids: unknown }>;
  readonly dropExpired: StatementTemplate<{ now: number; limit: number }>;

  constructor(dialect: SqlDialect) {
    const among = (ids: RawBuilder<unknown>): RawBuilder<unknown> => dialect.among(sql`task_id`, ids, 'text');

    this.advance = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_counter set value = value + ${p.count} where name = 'result'`,
    );
    this.lastSeq = new StatementTemplate(dialect, () => sql`select value from celeriac_counter where name = 'result'`);
    this.standing = new StatementTemplate(
      dialect,
      (p) => sql`
        select value, task_id, status from celeriac_counter left join celeriac_result
          on ${among(p.ids)} and status in ('SUCCESS', 'FAILURE', 'REVOKED') and (expires_at is null or expires_at > ${p.now})
        where name = 'result'`,
    );
    this.store = new StatementTemplate(dialect, (p) =>
      dialect.upsert(sql`celeriac_result (${columns}, expires_at, seq) values ${p.rows}`, 'task_id', written),
    );
    this.load = new StatementTemplate(
      dialect,
      (p) => sql`
        select ${columns} from celeriac_result
        where ${among(p.ids)} and (expires_at is null or expires_at > ${p.now})`,
    );
    this.news = new StatementTemplate(
      dialect,
      (p) => sql`
        select seq, task_id, status from celeriac_result where seq > ${p.seq} order by seq limit ${p.limit}`,
    );
    this.forget = new StatementTemplate(dialect, (p) => sql`delete from celeriac_result where ${among(p.ids)}`);
    this.dropExpired = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_result where expires_at <= ${p.now} limit ${p.limit}`,
    );
  }
}
