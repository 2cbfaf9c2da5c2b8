import { changesOf, rowsOf, type SqlDialect, type Steps } from '@celeriac/sql';
import { BindingStatements } from './binding-statements.ts';
import { hostTimeMs } from './host-clock.ts';
import type { MessageRow } from './message-row.ts';
import { MessageStatements } from './message-statements.ts';
import { keepAlive, type Owner, OwnerStatements } from './owner-lease.ts';
import { forgetBindings } from './sql-binding-store.ts';
import { takeInTurns } from './take-in-turns.ts';
import { TransientQueueStatements } from './transient-queues.ts';

/** Due messages that one take puts into line, of each queue. */
const RELEASE_LIMIT = 1000;

/** What a look at the queues found. */
export interface QueueLook {
  readonly ready: boolean;
  /** Some owner is dead. */
  readonly dead: boolean;
  /** Unix milliseconds when the next delayed message is due; infinity without any. */
  readonly nextDueMs: number;
}

/** A take. */
export interface TakeRequest {
  /** Unix milliseconds, by the application's clock: what is due. */
  readonly nowMs: number;
  readonly queues: readonly string[];
  readonly max: number;
  /** Which queue begins. */
  readonly turn: number;
  /** Give back what dead owners held, first. */
  readonly sweep: boolean;
}

/** What is done to messages, each in one transaction. */
export class MessageScripts {
  readonly messages: MessageStatements;
  readonly owners: OwnerStatements;
  readonly transient: TransientQueueStatements;
  readonly #bindings: BindingStatements;
  readonly #dialect: SqlDialect;
  readonly #owner: Owner;

  constructor(dialect: SqlDialect, owner: Owner) {
    this.#dialect = dialect;
    this.#owner = owner;
    this.messages = new MessageStatements(dialect);
    this.owners = new OwnerStatements(dialect);
    this.transient = new TransientQueueStatements(dialect);
    this.#bindings = new BindingStatements(dialect);
  }

  /** Looks whether a take would find something; writes nothing. */
  *look(queues: readonly string[], nowMs: number): Steps<QueueLook> {
    let ready = false;
    let nextDueMs = Number.POSITIVE_INFINITY;
    for (const queue of queues) {
      ready ||= (yield* rowsOf(this.messages.anyReady.with({ queue }))).length > 0;
      const [next] = yield* rowsOf(this.messages.nextDue.with({ queue }));
      nextDueMs = Math.min(nextDueMs, next?.due ?? Number.POSITIVE_INFINITY);
    }
    const dead = (yield* rowsOf(this.owners.anyDead.with({ now: hostTimeMs() }))).length > 0;
    return { ready: ready || nextDueMs <= nowMs, dead, nextDueMs };
  }

  /** Takes messages for the owner, in the order in which they are to be delivered. */
  *take({ queues, max, turn, sweep, nowMs }: TakeRequest): Steps<readonly MessageRow[]> {
    // Read with the lock in hand, so that no owner in the tables can have come to life after it.
    const hostMs = hostTimeMs();
    if (sweep) yield* this.sweep(hostMs);
    const lines: (readonly number[])[] = [];
    for (let index = 0; index < queues.length; index++) {
      const queue = queues[(turn + index) % queues.length]!;
      yield* this.#releaseDue(queue, nowMs);
      const rows = yield* rowsOf(this.messages.readyIds.with({ queue, limit: max }));
      if (rows.length > 0) lines.push(rows.map((row) => row.id));
    }
    const picked = lines.length === 0 ? [] : takeInTurns(lines, max);
    if (picked.length === 0) return [];
    yield* keepAlive(this.owners, this.#owner, hostMs);
    const ids = this.#dialect.list(picked);
    yield this.messages.hold.with({ ids, owner: this.#owner.id });
    const rows = new Map((yield* rowsOf(this.messages.read.with({ ids }))).map((row) => [row.id, row]));
    return picked.map((id) => rows.get(id)).filter((row) => row !== undefined);
  }

  /** Gives back what owners held that are out of date, and removes the queues that end with them. */
  *sweep(hostMs: number): Steps<void> {
    yield this.owners.dropDead.with({ now: hostMs });
    yield this.messages.putBackOrphans.with({});
    for (const { queue } of yield* rowsOf(this.transient.orphans.with({}))) {
      yield this.transient.forget.with({ queue });
      yield* forgetBindings(this.#bindings, queue);
      while ((yield* this.dropSome(queue)) > 0);
    }
  }

  /** Drops a bounded number of waiting messages; gives how many. */
  *dropSome(queue: string): Steps<number> {
    const rows = yield* rowsOf(this.messages.waitingIds.with({ queue, limit: RELEASE_LIMIT }));
    if (rows.length === 0) return 0;
    return yield* changesOf(this.messages.drop.with({ ids: this.#dialect.list(rows.map((row) => row.id)) }));
  }

  *#releaseDue(queue: string, nowMs: number): Steps<void> {
    const due = yield* rowsOf(this.messages.dueIds.with({ queue, now: nowMs, limit: RELEASE_LIMIT }));
    if (due.length === 0) return;
    const ids = this.#dialect.list(due.map((row) => row.id));
    yield this.messages.release.with({ ids });
    yield this.messages.drop.with({ ids });
  }
}
