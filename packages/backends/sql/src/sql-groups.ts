import { type GroupStore, RESULT_LIMITS, requireResultId, resultExpiresAt } from '@celeriac/backend';
import { decodeJson, encodeJson, type ResultTuple, readResultTuples } from '@celeriac/protocol';
import { rowsOf, StatementTemplate } from '@celeriac/sql';
import { sql } from 'kysely';
import { inTransaction } from './sql-backend-errors.ts';
import type { StorePlace } from './store-place.ts';

/** Saved groups, as JSON. */
export class SqlGroups implements GroupStore {
  readonly #place: StorePlace;
  readonly #save: StatementTemplate<{ groupId: string; members: string; expiresAt: number | null }>;
  readonly #drop: StatementTemplate<{ groupId: string }>;
  readonly #find: StatementTemplate<{ groupId: string; now: number }, { members: string }>;

  constructor(place: StorePlace) {
    const { dialect } = place.database;
    this.#place = place;
    this.#save = new StatementTemplate(dialect, (p) => {
      const into = sql`celeriac_group (group_id, members, expires_at)
          values (${p.groupId}, ${p.members}, ${p.expiresAt})`;
      return dialect.upsert(into, 'group_id', ['members', 'expires_at']);
    });
    this.#drop = new StatementTemplate(dialect, (p) => sql`delete from celeriac_group where group_id = ${p.groupId}`);
    this.#find = new StatementTemplate(
      dialect,
      (p) => sql`
        select members from celeriac_group
        where group_id = ${p.groupId} and (expires_at is null or expires_at > ${p.now})`,
    );
  }

  async save(groupId: string, members: ResultTuple | null): Promise<void> {
    requireResultId(groupId);
    const { database, clock, resultExpiresMs } = this.#place;
    const statement =
      members === null
        ? this.#drop.with({ groupId })
        : this.#save.with({
            groupId,
            members: encodeJson(members, { root: 'members' }),
            expiresAt: resultExpiresAt(clock.now(), resultExpiresMs) ?? null,
          });
    await inTransaction(database, () => rowsOf(statement));
  }

  async load(groupId: string): Promise<ResultTuple | undefined> {
    requireResultId(groupId);
    const { database, clock } = this.#place;
    const statement = this.#find.with({ groupId, now: clock.now() });
    const [row] = await inTransaction(database, () => rowsOf(statement), 'read');
    return row === undefined ? undefined : readResultTuples([decodeJson(row.members, RESULT_LIMITS)])[0];
  }
}
