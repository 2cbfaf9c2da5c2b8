import { changesOf, type Row, rowsOf, type SqlDatabase, type Statement, type Steps } from '@celeriac/sql';
import type { Receipt } from '@celeriac/transport';
import { BindingStatements } from './binding-statements.ts';
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
import type { ServerMessages, Work } from './server-messages.ts';
import { forgetBindings } from './sql-binding-store.ts';
import { takeInTurns } from './take-in-turns.ts';
import { TransientQueueStatements } from './transient-queues.ts';

/** A busy consumer looks this often for delayed messages that others have put. Milliseconds. */
const DUE_LOOK_MS = 100;
/** Owners go by the server's clock: the host's is not looked at. */
const NO_CLOCK = 0;

/** Messages in the tables of a server: takers skip what others take at the same moment, and look only when nothing came. */
export class ServerQueueTable implements QueueTable {
  readonly #database: SqlDatabase;
  readonly #messages: ServerMessages;
  readonly #owner: Owner;
  readonly #sweepMs: number;
  readonly #owners: OwnerStatements;
  readonly #transient: TransientQueueStatements;
  readonly #bindings: BindingStatements;
  #turn = 0;
  #sweptAtMs = Number.NEGATIVE_INFINITY;
  /** Unix milliseconds by the application's clock: when delayed messages are looked for again, however busy. */
  #dueLookAtMs = Number.NEGATIVE_INFINITY;

  constructor(database: SqlDatabase, messages: ServerMessages, owner: Owner, sweepMs: number) {
    const { dialect } = database;
    this.#database = database;
    this.#messages = messages;
    this.#owner = owner;
    this.#sweepMs = sweepMs;
    this.#owners = new OwnerStatements(dialect);
    this.#transient = new TransientQueueStatements(dialect);
    this.#bindings = new BindingStatements(dialect);
  }

  put(rows: readonly NewMessageRow[]): Promise<void> {
    return this.#do(this.#messages.put(rows));
  }

  async collect({ queues, max, nowMs }: CollectRequest): Promise<Collected> {
    await this.#sweepWhenDue(queues);
    if (nowMs >= this.#dueLookAtMs) {
      this.#dueLookAtMs = nowMs + DUE_LOOK_MS;
      await this.#release(queues, nowMs);
    }
    const rows = await this.#take(queues, Math.min(max, TAKE_LIMIT));
    const lookingBehind = this.#messages.lookBehind?.(queues);
    if (rows.length > 0) {
      // A busy consumer does not wait for it, and meets a lost connection soon enough.
      lookingBehind?.catch(() => {});
      return { rows, againMs: 0 };
    }
    const behindMs = (await lookingBehind) ?? Number.POSITIVE_INFINITY;
    const { due } = await this.#look(queues);
    const dueMs = due ?? Number.POSITIVE_INFINITY;
    this.#dueLookAtMs = Math.min(this.#dueLookAtMs, dueMs);
    return { rows, againMs: Math.max(0, Math.min(this.#sweepMs, dueMs - nowMs, behindMs)) };
  }

  settle(gone: readonly Receipt[], back: readonly Receipt[]): Promise<readonly Receipt[]> {
    return this.#do(this.#messages.settle(gone, back, this.#owner.id));
  }

  renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    const prolong = this.#owners.prolong.with({ ...this.#owner, now: NO_CLOCK });
    const held = this.#messages.held(receipts, this.#owner.id);
    return this.#database.transaction(function* () {
      yield prolong;
      return (yield* rowsOf(held)).map((row) => row.guard);
    });
  }

  acknowledgement(receipts: readonly Receipt[]): Acknowledgement {
    return this.#messages.acknowledgement(receipts, this.#owner.id);
  }

  async size(queue: string): Promise<number> {
    const statement = this.#messages.size(queue);
    const [row] = await this.#database.transaction(() => rowsOf(statement), { mode: 'read' });
    return row?.waiting ?? 0;
  }

  dropSome(queue: string): Promise<number> {
    return this.#do(this.#messages.dropSome(queue, RELEASE_LIMIT));
  }

  async declareTransient(queues: readonly string[]): Promise<void> {
    const [transient, owners, owner] = [this.#transient, this.#owners, this.#owner];
    await this.#database.transaction(function* () {
      yield* keepAlive(owners, owner, NO_CLOCK);
      for (const queue of queues) yield transient.add.with({ queue, owner: owner.id });
    });
  }

  async forgetTransient(queue: string): Promise<void> {
    await this.#database.run([this.#transient.forget.with({ queue })], { mode: 'statement' });
  }

  async leave(): Promise<void> {
    const { id } = this.#owner;
    const [messages, transient, owners] = [this.#messages, this.#transient, this.#owners];
    await this.#database.transaction(function* () {
      yield* messages.putBack([id]);
      yield transient.leave.with({ owner: id });
      yield owners.drop.with({ id });
    });
  }

  probe(queues: readonly string[], nowMs: number): Statement | undefined {
    return this.#messages.probe(queues, nowMs);
  }

  isNews(rows: readonly Row[]): boolean {
    return this.#messages.isNews(rows);
  }

  hear(news: readonly string[] | undefined): void {
    this.#messages.hear(news);
  }

  async #sweepWhenDue(queues: readonly string[]): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#sweptAtMs < this.#sweepMs) return;
    const first = this.#sweptAtMs === Number.NEGATIVE_INFINITY;
    this.#sweptAtMs = nowMs;
    if (!first && !(await this.#look(queues)).dead) return;
    await this.#database.transaction(() => this.#sweep());
  }

  async #release(queues: readonly string[], nowMs: number): Promise<void> {
    const question = this.#messages.anyDue?.(queues, nowMs);
    if (question !== undefined) {
      const due = await this.#database.transaction(() => rowsOf(question), { mode: 'read' });
      if (due.length === 0) return;
    }
    await this.#do(this.#messages.release(queues, nowMs));
  }

  async #look(queues: readonly string[]): Promise<{ readonly due: number | null; readonly dead: boolean }> {
    const statement = this.#messages.look(queues);
    const [row] = await this.#database.transaction(() => rowsOf(statement), { mode: 'read' });
    return { due: row?.due ?? null, dead: Boolean(row?.dead) };
  }

  /** Gives back what owners held that are out of date, and removes the queues that end with them. */
  *#sweep(): Steps<void> {
    const dead = yield* this.#messages.bury();
    if (dead.length > 0) yield* this.#messages.putBack(dead);
    for (const { queue } of yield* rowsOf(this.#transient.orphans.with({}))) {
      yield this.#transient.forget.with({ queue });
      yield* forgetBindings(this.#bindings, queue);
      const { script } = this.#messages.dropSome(queue, RELEASE_LIMIT);
      while ((yield* script()) > 0);
    }
  }

  /** From each queue its share, and then what is left from those that have more. Rows come in the order of delivery. */
  async #take(queues: readonly string[], max: number): Promise<readonly MessageRow[]> {
    const turn = this.#turn++;
    const messages = this.#messages;
    const owner = this.#owner;
    const order = queues.map((_, index) => queues[(turn + index) % queues.length]!);
    const claims: { queue: string; limit: number; rows: readonly MessageRow[] }[] = [];
    const mode = messages.claimsAtOnce && order.length === 1 ? 'statement' : 'write';
    await this.#database.transaction(
      function* () {
        claims.length = 0;
        let left = max;
        let hungry: string[] = [];
        for (const [index, queue] of order.entries()) {
          const limit = Math.ceil(left / (order.length - index));
          if (limit === 0) break;
          const rows = yield* messages.claim({ queue, limit, owner });
          claims.push({ queue, limit, rows });
          left -= rows.length;
          if (rows.length === limit) hungry.push(queue);
        }
        while (left > 0 && hungry.length > 0 && order.length > 1) {
          const next: string[] = [];
          for (const queue of hungry) {
            if (left === 0) break;
            const limit = left;
            const rows = yield* messages.claim({ queue, limit, owner });
            claims.push({ queue, limit, rows });
            left -= rows.length;
            if (rows.length === limit) next.push(queue);
          }
          hungry = next;
        }
      },
      { mode },
    );
    for (const { queue, limit, rows } of claims) messages.claimed?.({ queue, limit, owner }, rows);
    const lines = order.map((queue) => claims.filter((one) => one.queue === queue).flatMap((one) => one.rows));
    return takeInTurns(lines, max);
  }

  #do<T>({ script, mode }: Work<T>): Promise<T> {
    return this.#database.transaction(script, { mode });
  }
}

/** The number of rows that a statement changed, as work of its own. */
export function counted(statement: Statement, mode: Work<number>['mode'] = 'statement'): Work<number> {
  return { script: () => changesOf(statement), mode };
}
