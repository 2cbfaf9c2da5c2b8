import { randomInt } from 'node:crypto';
import { backoffMs, type Clock, isCeleriacError, type Logger } from '@celeriac/protocol';
import { changesOf, rowsOf, type SqlDatabase, type Statement, type Steps } from '@celeriac/sql';
import {
  IdleWait,
  type QueuedMessage,
  type QueueStore,
  type Receipt,
  type Settlement,
  type TakenMessage,
} from '@celeriac/transport';
import { hostTimeMs } from './host-clock.ts';
import { toRow, toTaken } from './message-row.ts';
import { MessageScripts } from './message-scripts.ts';
import { LARGEST_OWNER, NOBODY } from './nobody.ts';
import { keepAlive, type Owner } from './owner-lease.ts';
import { asPutError, asTransportError } from './sql-transport-errors.ts';
import type { SqlTransportSettings } from './sql-transport-options.ts';

/** Messages of one take at most, so that a transaction stays a bounded amount of work. */
const TAKE_LIMIT = 1000;
/** Pause of a take after the database was full. */
const FULL_PAUSE_MS = 1000;

export interface SqlQueueStoreOptions {
  readonly database: SqlDatabase;
  readonly settings: SqlTransportSettings;
  /** What is due goes by it, and so do waits. Leases do not. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Queues in the tables of a database. */
export class SqlQueueStore implements QueueStore {
  /** This connection, as the database knows it. */
  readonly owner: Owner;
  readonly #database: SqlDatabase;
  readonly #settings: SqlTransportSettings;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #scripts: MessageScripts;
  readonly #idle: IdleWait;
  #turn = 0;
  #sweptAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor({ database, settings, clock, logger }: SqlQueueStoreOptions) {
    this.owner = { id: randomInt(2 * NOBODY, LARGEST_OWNER), leaseMs: settings.leaseMs };
    this.#database = database;
    this.#settings = settings;
    this.#clock = clock;
    this.#logger = logger;
    this.#scripts = new MessageScripts(database.dialect, this.owner);
    this.#idle = new IdleWait(clock);
  }

  async put(messages: readonly QueuedMessage[]): Promise<void> {
    const nowMs = this.#clock.now();
    const statement = this.#scripts.messages.insert.withEach(messages.map((message) => toRow(message, nowMs)));
    try {
      await this.#database.transaction(function* () {
        yield statement;
      });
    } catch (error) {
      throw asPutError(this.#database.url, error);
    }
    this.#idle.wakeSoon();
  }

  async take(
    queues: readonly string[],
    max: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<readonly TakenMessage[]> {
    if (signal.aborted || max <= 0 || queues.length === 0) return [];
    const first = await this.#collect(queues, max);
    if (first.messages.length > 0 || waitMs <= 0) return first.messages;
    const deadlineMs = this.#clock.monotonic() + waitMs;
    const watch = this.#database.watchChanges(() => this.#idle.wake());
    try {
      for (;;) {
        // What came before the watch began is found by this look, what came after it wakes the wait.
        const { version } = this.#idle;
        const { messages, againMs } = await this.#collect(queues, max);
        const leftMs = deadlineMs - this.#clock.monotonic();
        if (messages.length > 0 || leftMs <= 0 || signal.aborted) return messages;
        await this.#idle.until(version, Math.min(leftMs, againMs), signal);
        if (signal.aborted) return [];
      }
    } finally {
      watch.close();
    }
  }

  async settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]> {
    const gone: Receipt[] = [];
    const back: Receipt[] = [];
    for (const { receipt, how } of settlements) (how === 'requeue' ? back : gone).push(receipt);
    const held = new Set(await this.#whenThereIsRoom(() => this.#settle(gone, back)));
    if (back.length > 0) this.#idle.wakeSoon();
    if (held.size === settlements.length) return [];
    return settlements.filter(({ receipt }) => !held.has(receipt)).map(({ receipt }) => receipt);
  }

  async renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    const { messages, owners } = this.#scripts;
    const { id, leaseMs } = this.owner;
    const statement = messages.held.with(this.#heldReceipts(receipts));
    const guards = await this.#transaction(function* () {
      yield owners.prolong.with({ id, until: hostTimeMs() + leaseMs });
      return (yield* rowsOf(statement)).map((row) => row.guard);
    });
    const held = new Set(guards);
    return receipts.filter((receipt) => !held.has(receipt));
  }

  async size(queue: string): Promise<number> {
    const statement = this.#scripts.messages.size.with({ queue });
    const [row] = await this.#transaction(() => rowsOf(statement), 'read');
    return row?.waiting ?? 0;
  }

  /** In pieces, so that neither the lock nor this thread is held for long; what arrives meanwhile may be dropped too. */
  async purge(queue: string): Promise<number> {
    let dropped = 0;
    for (;;) {
      const some = await this.#transaction(() => this.#scripts.dropSome(queue));
      if (some === 0) return dropped;
      dropped += some;
    }
  }

  async remove(queue: string): Promise<void> {
    await this.purge(queue);
    await this.#transaction(() => changesOf(this.#scripts.transient.forget.with({ queue })));
  }

  /** Takes note of queues that end with this connection. */
  async declareTransient(queues: readonly string[]): Promise<void> {
    const { transient, owners } = this.#scripts;
    const { owner } = this;
    await this.#transaction(function* () {
      yield* keepAlive(owners, owner, hostTimeMs());
      for (const queue of queues) yield transient.add.with({ queue, owner: owner.id });
    });
  }

  /** The statement that acknowledges receipts; a result store of the same database may run it. */
  acknowledgement(receipts: readonly Receipt[]): Statement<{ readonly guard: string }> {
    return this.#scripts.messages.ack.with(this.#heldReceipts(receipts));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#idle.wake();
    const { messages, owners, transient } = this.#scripts;
    const owner = this.owner.id;
    try {
      await this.#database.run([
        messages.putBackOwn.with({ owner }),
        transient.leave.with({ owner }),
        owners.drop.with({ id: owner }),
      ]);
    } catch (error) {
      this.#logger.debug('Held messages come back only when their lease runs out', { url: this.#database.url, error });
    }
    await this.#database.close();
  }

  /** Takes what may be taken, or tells after how many milliseconds it is worth looking again. */
  async #collect(queues: readonly string[], max: number): Promise<Collected> {
    const nowMs = this.#clock.now();
    const hostMs = hostTimeMs();
    const { sweepMs } = this.#settings;
    const firstLook = this.#sweptAtMs === Number.NEGATIVE_INFINITY;
    const sweepDue = hostMs - this.#sweptAtMs >= sweepMs;
    const look = await this.#transaction(() => this.#scripts.look(queues, nowMs), 'read');
    const sweep = firstLook || (sweepDue && look.dead);
    if (sweepDue) this.#sweptAtMs = hostMs;
    const againMs = Math.min(sweepMs, look.nextDueMs - nowMs);
    if (!look.ready && !sweep) return { messages: [], againMs };
    const request = { queues, max: Math.min(max, TAKE_LIMIT), nowMs, sweep, turn: this.#turn++ };
    try {
      const rows = await this.#database.transaction(() => this.#scripts.take(request));
      return { messages: rows.map(toTaken), againMs: rows.length > 0 ? 0 : Math.max(0, againMs) };
    } catch (error) {
      if (!isCeleriacError(error, 'CLR_SQL_DISK_FULL')) throw asTransportError(this.#database.url, error);
      this.#logger.error('Messages cannot be taken: the disk is full', { url: this.#database.url, error });
      return { messages: [], againMs: FULL_PAUSE_MS };
    }
  }

  #settle(gone: readonly Receipt[], back: readonly Receipt[]): Promise<readonly string[]> {
    const { messages } = this.#scripts;
    const acked = messages.ack.with(this.#heldReceipts(gone));
    const requeued = messages.requeue.with(this.#heldReceipts(back));
    return this.#database.transaction(function* () {
      const guards: string[] = [];
      if (gone.length > 0) for (const row of yield* rowsOf(acked)) guards.push(row.guard);
      if (back.length > 0) for (const row of yield* rowsOf(requeued)) guards.push(row.guard);
      return guards;
    });
  }

  /**
   * A full disk is no reason to lose a settlement: the message would come again although its task is done. Waits until
   * there is room, or until this store is closed.
   */
  async #whenThereIsRoom<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const { version } = this.#idle;
      try {
        return await work();
      } catch (error) {
        const full = isCeleriacError(error, 'CLR_SQL_DISK_FULL');
        if (!full || this.#closed) throw asTransportError(this.#database.url, error);
        if (attempt === 0) {
          this.#logger.error('Settlements wait: the disk is full', { url: this.#database.url, error });
        }
      }
      await this.#pause(backoffMs(attempt, { baseMs: 50, factor: 2, maxMs: FULL_PAUSE_MS }), version);
    }
  }

  async #pause(ms: number, version: number): Promise<void> {
    await this.#idle.until(version, ms, new AbortController().signal);
  }

  async #transaction<T>(script: () => Steps<T>, mode: 'read' | 'write' = 'write'): Promise<T> {
    try {
      return await this.#database.transaction(script, { mode });
    } catch (error) {
      throw asTransportError(this.#database.url, error);
    }
  }

  #heldReceipts(receipts: readonly Receipt[]): { readonly receipts: unknown; readonly owner: number } {
    return { receipts: this.#database.dialect.list(receipts), owner: this.owner.id };
  }
}

interface Collected {
  readonly messages: readonly TakenMessage[];
  readonly againMs: number;
}
