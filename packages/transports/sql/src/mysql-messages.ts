import { changesOf, inBatches, type Row, rowsOf, type SqlDatabase, type Statement, type Steps } from '@celeriac/sql';
import type { Receipt } from '@celeriac/transport';
import { type MessageRow, type NewMessageRow, sizeOf } from './message-row.ts';
import { type MysqlHeld, MysqlMessageStatements } from './mysql-message-statements.ts';
import { NOBODY } from './nobody.ts';
import { keepAlive, OwnerStatements } from './owner-lease.ts';
import { type Acknowledgement, idsOf, RELEASE_LIMIT } from './queue-table.ts';
import type { Claim, ServerMessages, Work } from './server-messages.ts';

/** Bytes of bodies and texts in one insert of several: it is sent as text of twice that, and max_allowed_packet is 16 MiB. */
const INSERT_BYTES = 4 * 1024 * 1024;
/** The server's clock is the one that counts. */
const NO_CLOCK = 0;

/** Messages in MySQL and MariaDB. */
export class MysqlMessages implements ServerMessages {
  readonly claimsAtOnce = false;
  readonly #database: SqlDatabase;
  readonly #statements: MysqlMessageStatements;
  readonly #owners: OwnerStatements;
  /** When the owner's lease was seen to run for at least half of its time. By a clock that never jumps. */
  #aliveAtMs = Number.NEGATIVE_INFINITY;

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#statements = new MysqlMessageStatements(database.dialect);
    this.#owners = new OwnerStatements(database.dialect);
  }

  put(rows: readonly NewMessageRow[]): Work<void> {
    const { insert, insertOne } = this.#statements;
    const inserts = inBatches(rows, sizeOf, INSERT_BYTES).map((batch) =>
      batch.length === 1 ? insertOne.with(batch[0]!) : insert.with({ rows: batch.map(valuesOf) }),
    );
    return {
      *script() {
        for (const insert of inserts) yield insert;
      },
      mode: inserts.length > 1 ? 'write' : 'statement',
    };
  }

  *claim({ queue, limit, owner }: Claim): Steps<readonly MessageRow[]> {
    const rows = yield* rowsOf(this.#statements.readyRows.with({ queue, limit }));
    if (rows.length === 0) return rows;
    if (performance.now() - this.#aliveAtMs > owner.leaseMs / 4) yield* keepAlive(this.#owners, owner, NO_CLOCK);
    yield this.#statements.hold.with({ ids: rows.map((row) => row.id), owner: owner.id });
    return rows.map((row) => ({ ...row, delivery_count: row.delivery_count + 1 }));
  }

  claimed({ owner }: Claim, rows: readonly MessageRow[]): void {
    const nowMs = performance.now();
    if (rows.length > 0 && nowMs - this.#aliveAtMs > owner.leaseMs / 4) this.#aliveAtMs = nowMs;
  }

  anyDue(queues: readonly string[], nowMs: number): Statement {
    return this.#statements.anyDue.with({ queues: this.#list(queues), now: nowMs }) as Statement;
  }

  release(queues: readonly string[], nowMs: number): Work<void> {
    const statements = this.#statements;
    const dueIds = statements.dueIds.with({ queues: this.#list(queues), now: nowMs, limit: RELEASE_LIMIT });
    return {
      *script() {
        const due = yield* rowsOf(dueIds);
        if (due.length === 0) return;
        const ids = due.map((row) => row.id);
        yield statements.release.with({ ids });
        yield statements.drop.with({ ids });
      },
      mode: 'write',
    };
  }

  look(queues: readonly string[]): Statement<{ readonly due: number | null; readonly dead: number }> {
    return this.#statements.look.with({ queues: this.#list(queues), now: NO_CLOCK });
  }

  settle(gone: readonly Receipt[], back: readonly Receipt[], owner: number): Work<readonly Receipt[]> {
    const { lockHeld, dropHeld, putBackHeld } = this.#statements;
    const parts = [
      { held: this.#held(gone, owner), effect: dropHeld, count: gone.length },
      { held: this.#held(back, owner), effect: putBackHeld, count: back.length },
    ];
    return {
      *script() {
        const guards: Receipt[] = [];
        for (const { held, effect, count } of parts) {
          if (count === 0) continue;
          for (const row of yield* rowsOf(lockHeld.with(held))) guards.push(row.guard);
          yield effect.with(held);
        }
        return guards;
      },
      mode: 'write',
    };
  }

  held(receipts: readonly Receipt[], owner: number): Statement<{ readonly guard: string }> {
    return this.#statements.held.with(this.#held(receipts, owner));
  }

  acknowledgement(receipts: readonly Receipt[], owner: number): Acknowledgement {
    const held = this.#held(receipts, owner);
    return { statement: this.#statements.lockHeld.with(held), effect: this.#statements.dropHeld.with(held) };
  }

  *bury(): Steps<readonly number[]> {
    const dead = (yield* rowsOf(this.#statements.deadOwners.with({ now: NO_CLOCK }))).map((row) => row.id);
    if (dead.length > 0) yield this.#statements.dropOwners.with({ ids: dead });
    const orphans = (yield* rowsOf(this.#statements.orphans.with({}))).map((row) => row.id);
    return [...new Set([...dead, ...orphans])];
  }

  *putBack(owners: readonly number[]): Steps<void> {
    yield this.#statements.putBack.with({ owners: this.#list(owners) });
  }

  size(queue: string): Statement<{ readonly waiting: number }> {
    return this.#statements.size.with({ queue });
  }

  dropSome(queue: string, limit: number): Work<number> {
    const { waitingIds, drop } = this.#statements;
    return {
      *script() {
        const rows = yield* rowsOf(waitingIds.with({ queue, limit }));
        if (rows.length === 0) return 0;
        return yield* changesOf(drop.with({ ids: rows.map((row) => row.id) }));
      },
      mode: 'write',
    };
  }

  probe(queues: readonly string[], nowMs: number): Statement {
    return this.#statements.anyReady.with({ queues: this.#list(queues), now: nowMs }) as Statement;
  }

  isNews([row]: readonly Row[]): boolean {
    return Number(row?.['news'] ?? 0) > 0;
  }

  hear(): void {}

  #list(values: readonly (string | number)[]): unknown {
    return this.#database.dialect.list(values);
  }

  #held(receipts: readonly Receipt[], owner: number): MysqlHeld {
    return { ids: this.#list(idsOf(receipts)), receipts: this.#list(receipts), owner };
  }
}

function valuesOf(row: NewMessageRow): readonly unknown[] {
  const { queue, priority, deliver_at, exchange, routing_key, content_type, content_encoding } = row;
  const content = [exchange, routing_key, content_type, content_encoding, row.headers, row.properties, row.body];
  return [NOBODY, 0, queue, priority, deliver_at, ...content];
}
