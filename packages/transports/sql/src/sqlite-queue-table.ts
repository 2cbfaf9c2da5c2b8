import { changesOf, rowsOf, type SqlDatabase, type Steps } from '@celeriac/sql';
import type { Receipt } from '@celeriac/transport';
import { BindingStatements } from './binding-statements.ts';
import { hostTimeMs } from './host-clock.ts';
import type { MessageRow, NewMessageRow } from './message-row.ts';
import { keepAlive, type Owner, OwnerStatements } from './owner-lease.ts';
import {
  type Acknowledgement,
  type Collected,
  type CollectRequest,
  type QueueTable,
  RELEASE_LIMIT,
  TAKE_LIMIT,
} from './queue-table.ts';
import { forgetBindings } from './sql-binding-store.ts';
import { type HeldReceipts, SqliteMessageStatements } from './sqlite-message-statements.ts';
import { takeInTurns } from './take-in-turns.ts';
import { TransientQueueStatements } from './transient-queues.ts';

/** What a look at the queues found. */
interface QueueLook {
  readonly ready: boolean;
  /** Some owner is dead. */
  readonly dead: boolean;
  /** Unix milliseconds when the next delayed message is due; infinity without any. */
  readonly nextDueMs: number;
}

/** A take, by a writer that has the whole database to itself. */
interface TakeRequest extends CollectRequest {
  /** Which queue begins. */
  readonly turn: number;
  /** Give back what dead owners held, first. */
  readonly sweep: boolean;
}

/** Messages in an SQLite file: every transaction that writes has the file to itself, so looks come before it. */
export class SqliteQueueTable implements QueueTable {
  readonly #database: SqlDatabase;
  readonly #owner: Owner;
  readonly #sweepMs: number;
  readonly #messages: SqliteMessageStatements;
  readonly #owners: OwnerStatements;
  readonly #transient: TransientQueueStatements;
  readonly #bindings: BindingStatements;
  #turn = 0;
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(database: SqlDatabase, owner: Owner, sweepMs: number) {
    const { dialect } = database;
    this.#database = database;
    this.#owner = owner;
    this.#sweepMs = sweepMs;
    this.#messages = new SqliteMessageStatements(dialect);
    this.#owners = new OwnerStatements(dialect);
    this.#transient = new TransientQueueStatements(dialect);
    this.#bindings = new BindingStatements(dialect);
  }

  async put(rows: readonly NewMessageRow[]): Promise<void> {
    const statement = this.#messages.insert.withEach(rows);
    await this.#database.transaction(function* () {
      yield statement;
    });
  }

  async collect({ queues, max, nowMs }: CollectRequest): Promise<Collected> {
    const hostMs = hostTimeMs();
    const firstLook = this.#sweptAtMs === Number.NEGATIVE_INFINITY;
    const sweepDue = hostMs - this.#sweptAtMs >= this.#sweepMs;
    const look = await this.#database.transaction(() => this.#look(queues), { mode: 'read' });
    const sweep = firstLook || (sweepDue && look.dead);
    if (sweepDue) this.#sweptAtMs = hostMs;
    const againMs = Math.min(this.#sweepMs, look.nextDueMs - nowMs);
    if (!look.ready && look.nextDueMs > nowMs && !sweep) return { rows: [], againMs };
    const request = { queues, max: Math.min(max, TAKE_LIMIT), nowMs, sweep, turn: this.#turn++ };
    const rows = await this.#database.transaction(() => this.#take(request));
    return { rows, againMs: rows.length > 0 ? 0 : Math.max(0, againMs) };
  }

  settle(gone: readonly Receipt[], back: readonly Receipt[]): Promise<readonly Receipt[]> {
    const acked = this.#messages.ack.with(this.#held(gone));
    const requeued = this.#messages.requeue.with(this.#held(back));
    return this.#database.transaction(function* () {
      const guards: string[] = [];
      if (gone.length > 0) for (const row of yield* rowsOf(acked)) guards.push(row.guard);
      if (back.length > 0) for (const row of yield* rowsOf(requeued)) guards.push(row.guard);
      return guards;
    });
  }

  renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    const prolong = this.#owners.prolong.with({ ...this.#owner, now: hostTimeMs() });
    const held = this.#messages.held.with(this.#held(receipts));
    return this.#database.transaction(function* () {
      yield prolong;
      return (yield* rowsOf(held)).map((row) => row.guard);
    });
  }

  acknowledgement(receipts: readonly Receipt[]): Acknowledgement {
    return { statement: this.#messages.ack.with(this.#held(receipts)) };
  }

  async size(queue: string): Promise<number> {
    const [row] = await this.#database.transaction(() => rowsOf(this.#messages.size.with({ queue })), { mode: 'read' });
    return row?.waiting ?? 0;
  }

  dropSome(queue: string): Promise<number> {
    return this.#database.transaction(() => this.#dropSome(queue));
  }

  async declareTransient(queues: readonly string[]): Promise<void> {
    const [transient, owners, owner] = [this.#transient, this.#owners, this.#owner];
    await this.#database.transaction(function* () {
      yield* keepAlive(owners, owner, hostTimeMs());
      for (const queue of queues) yield transient.add.with({ queue, owner: owner.id });
    });
  }

  async forgetTransient(queue: string): Promise<void> {
    await this.#database.run([this.#transient.forget.with({ queue })]);
  }

  async leave(): Promise<void> {
    const owner = this.#owner.id;
    await this.#database.run([
      this.#messages.putBackOwn.with({ owner }),
      this.#transient.leave.with({ owner }),
      this.#owners.drop.with({ id: owner }),
    ]);
  }

  /** A file tells of changes, and need not be asked. */
  probe(): undefined {}

  isNews(): boolean {
    return false;
  }

  hear(): void {}

  /** Looks whether a take would find something; writes nothing. */
  *#look(queues: readonly string[]): Steps<QueueLook> {
    let ready = false;
    let nextDueMs = Number.POSITIVE_INFINITY;
    for (const queue of queues) {
      ready ||= (yield* rowsOf(this.#messages.anyReady.with({ queue }))).length > 0;
      const [next] = yield* rowsOf(this.#messages.nextDue.with({ queue }));
      nextDueMs = Math.min(nextDueMs, next?.due ?? Number.POSITIVE_INFINITY);
    }
    const dead = (yield* rowsOf(this.#owners.anyDead.with({ now: hostTimeMs() }))).length > 0;
    return { ready, dead, nextDueMs };
  }

  /** Takes messages for the owner, in the order in which they are to be delivered. */
  *#take({ queues, max, turn, sweep, nowMs }: TakeRequest): Steps<readonly MessageRow[]> {
    // Read with the lock in hand, so that no owner in the tables can have come to life after it.
    const hostMs = hostTimeMs();
    if (sweep) yield* this.#sweep(hostMs);
    const lines: (readonly number[])[] = [];
    for (let index = 0; index < queues.length; index++) {
      const queue = queues[(turn + index) % queues.length]!;
      yield* this.#releaseDue(queue, nowMs);
      const rows = yield* rowsOf(this.#messages.readyIds.with({ queue, limit: max }));
      if (rows.length > 0) lines.push(rows.map((row) => row.id));
    }
    const picked = lines.length === 0 ? [] : takeInTurns(lines, max);
    if (picked.length === 0) return [];
    yield* keepAlive(this.#owners, this.#owner, hostMs);
    const ids = this.#database.dialect.list(picked);
    yield this.#messages.hold.with({ ids, owner: this.#owner.id });
    const rows = new Map((yield* rowsOf(this.#messages.read.with({ ids }))).map((row) => [row.id, row]));
    return picked.map((id) => rows.get(id)).filter((row) => row !== undefined);
  }

  /** Gives back what owners held that are out of date, and removes the queues that end with them. */
  *#sweep(hostMs: number): Steps<void> {
    yield this.#owners.dropDead.with({ now: hostMs });
    yield this.#messages.putBackOrphans.with({});
    for (const { queue } of yield* rowsOf(this.#transient.orphans.with({}))) {
      yield this.#transient.forget.with({ queue });
      yield* forgetBindings(this.#bindings, queue);
      while ((yield* this.#dropSome(queue)) > 0);
    }
  }

  *#dropSome(queue: string): Steps<number> {
    const rows = yield* rowsOf(this.#messages.waitingIds.with({ queue, limit: RELEASE_LIMIT }));
    if (rows.length === 0) return 0;
    return yield* changesOf(this.#messages.drop.with({ ids: this.#idList(rows) }));
  }

  *#releaseDue(queue: string, nowMs: number): Steps<void> {
    const due = yield* rowsOf(this.#messages.dueIds.with({ queue, now: nowMs, limit: RELEASE_LIMIT }));
    if (due.length === 0) return;
    const ids = this.#idList(due);
    yield this.#messages.release.with({ ids });
    yield this.#messages.drop.with({ ids });
  }

  #idList(rows: readonly { readonly id: number }[]): unknown {
    return this.#database.dialect.list(rows.map((row) => row.id));
  }

  #held(receipts: readonly Receipt[]): HeldReceipts {
    return { receipts: this.#database.dialect.list(receipts), owner: this.#owner.id };
  }
}
