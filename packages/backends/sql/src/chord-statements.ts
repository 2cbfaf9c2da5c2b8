import { type SqlDialect, StatementTemplate } from '@celeriac/sql';
import { sql } from 'kysely';

/** Where a chord stands, as its table has it. */
export interface ChordRow {
  readonly size: number | null;
  readonly done: number;
  /** 1 once the body was sent. */
  readonly closed: number;
  readonly claimed_at: number | null;
}

/** A finished member, as its table has it. */
export interface ChordPartRow {
  readonly group_id: string;
  readonly task_id: string;
  readonly position: number | null;
  readonly status: string;
  /** By the result serializer. */
  readonly result: Buffer;
}

type Group = { readonly groupId: string };
type Expiring = Group & { readonly expiresAt: number | null };

/** The statements on chords, each compiled when it is first used. */
export class ChordStatements {
  readonly dropExpired: StatementTemplate<Group & { now: number }>;
  /** Makes the row of the chord, or keeps it for another full term. From now on the transaction has it to itself. */
  readonly touch: StatementTemplate<Expiring>;
  readonly find: StatementTemplate<Group, ChordRow>;
  readonly resize: StatementTemplate<Group & { size: number }>;
  readonly grow: StatementTemplate<Group & { by: number }>;
  readonly addPart: StatementTemplate<ChordPartRow>;
  readonly countParts: StatementTemplate<Group & { count: number }>;
  readonly claim: StatementTemplate<Group & { now: number }>;
  readonly parts: StatementTemplate<Group, ChordPartRow>;
  readonly close: StatementTemplate<Group>;
  readonly dropParts: StatementTemplate<Group>;
  /** Chords that have expired, for the clean-up. */
  readonly expired: StatementTemplate<{ now: number; limit: number }, { group_id: string }>;

  constructor(dialect: SqlDialect) {
    this.dropExpired = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_chord where group_id = ${p.groupId} and expires_at <= ${p.now}`,
    );
    this.touch = new StatementTemplate(dialect, (p) => {
      const into = sql`celeriac_chord (group_id, done, closed, expires_at) values (${p.groupId}, 0, 0, ${p.expiresAt})`;
      return dialect.upsert(into, 'group_id', ['expires_at']);
    });
    this.find = new StatementTemplate(
      dialect,
      (p) => sql`select size, done, closed, claimed_at from celeriac_chord where group_id = ${p.groupId}`,
    );
    this.resize = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_chord set size = ${p.size} where group_id = ${p.groupId} and closed = 0`,
    );
    this.grow = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_chord set size = size + ${p.by} where group_id = ${p.groupId} and closed = 0`,
    );
    this.addPart = new StatementTemplate(dialect, (p) =>
      dialect.insertOrSkip(sql`celeriac_chord_part (group_id, task_id, position, status, result)
          values (${p.group_id}, ${p.task_id}, ${p.position}, ${p.status}, ${p.result})`),
    );
    this.countParts = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_chord set done = done + ${p.count} where group_id = ${p.groupId}`,
    );
    this.claim = new StatementTemplate(
      dialect,
      (p) => sql`update celeriac_chord set claimed_at = ${p.now} where group_id = ${p.groupId}`,
    );
    this.parts = new StatementTemplate(
      dialect,
      (p) => sql`
        select group_id, task_id, position, status, result from celeriac_chord_part where group_id = ${p.groupId}`,
    );
    this.close = new StatementTemplate(
      dialect,
      (p) => sql`
        update celeriac_chord set closed = (case when size is null then 0 else 1 end), done = 0
        where group_id = ${p.groupId}`,
    );
    this.dropParts = new StatementTemplate(
      dialect,
      (p) => sql`delete from celeriac_chord_part where group_id = ${p.groupId}`,
    );
    this.expired = new StatementTemplate(
      dialect,
      (p) => sql`select group_id from celeriac_chord where expires_at <= ${p.now} limit ${p.limit}`,
    );
  }
}
