import { randomInt } from 'node:crypto';
import { backoffMs, type Clock, isCeleriacError, type Logger } from '@celeriac/protocol';
import type { SqlDatabase } from '@celeriac/sql';
import {
  ConnectionLostError,
  IdleWait,
  type QueuedMessage,
  type QueueStore,
  type Receipt,
  type Settlement,
  type TakenMessage,
} from '@celeriac/transport';
import { toRow, toTaken } from './message-row.ts';
import { MysqlMessages } from './mysql-messages.ts';
import { LARGEST_OWNER, NOBODY } from './nobody.ts';
import type { Owner } from './owner-lease.ts';
import { PostgresMessages } from './postgres-messages.ts';
import type { Acknowledgement, QueueTable } from './queue-table.ts';
import { ServerQueueTable } from './server-queue-table.ts';
import { asPutError, asTransportError } from './sql-transport-errors.ts';
import type { SqlTransportSettings } from './sql-transport-options.ts';
import { SqliteQueueTable } from './sqlite-queue-table.ts';
import { WaitingTakes } from './waiting-takes.ts';

/** Pause of a take after the database was full. */
const FULL_PAUSE_MS = 1000;

export interface SqlQueueStoreOptions {
  readonly database: SqlDatabase;
  readonly settings: SqlTransportSettings;
  /** What is due goes by it, and so do waits. Leases do not. */
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Taken {
  readonly messages: readonly TakenMessage[];
  readonly againMs: number;
}

/** Queues in the tables of a database. */
export class SqlQueueStore implements QueueStore {
  /** This connection, as the database knows it. */
  readonly owner: Owner;
  readonly #database: SqlDatabase;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #table: QueueTable;
  readonly #idle: IdleWait;
  readonly #waiting: WaitingTakes;
  /** Lost connections that consumers know of. */
  #knownLosses = 0;
  #closed = false;

  constructor({ database, settings, clock, logger }: SqlQueueStoreOptions) {
    this.owner = { id: randomInt(2 * NOBODY, LARGEST_OWNER), leaseMs: settings.leaseMs };
    this.#database = database;
    this.#clock = clock;
    this.#logger = logger;
    this.#table = tableOf(database, this.owner, settings.sweepMs);
    this.#idle = new IdleWait(clock);
    this.#waiting = new WaitingTakes(database, this.#table, this.#idle, () => clock.now());
  }

  async put(messages: readonly QueuedMessage[]): Promise<void> {
    const nowMs = this.#clock.now();
    const rows = messages.map((message) => toRow(message, nowMs));
    try {
      await this.#table.put(rows);
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
    this.#reportLosses();
    const first = await this.#collect(queues, max);
    if (first.messages.length > 0 || waitMs <= 0) return first.messages;
    const deadlineMs = this.#clock.monotonic() + waitMs;
    const waiting = this.#join(queues);
    try {
      await waiting.ready;
      for (;;) {
        // What came before the watch began is found by this look, what came after it wakes the wait.
        const { version } = this.#idle;
        const { messages, againMs } = await this.#collect(queues, max);
        const leftMs = deadlineMs - this.#clock.monotonic();
        if (messages.length > 0 || leftMs <= 0 || signal.aborted) return messages;
        this.#reportLosses();
        await this.#idle.until(version, Math.min(leftMs, againMs), signal);
        if (signal.aborted) return [];
      }
    } catch (error) {
      throw asTransportError(this.#database.url, error);
    } finally {
      waiting.leave();
    }
  }

  async settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]> {
    const gone: Receipt[] = [];
    const back: Receipt[] = [];
    for (const { receipt, how } of settlements) (how === 'requeue' ? back : gone).push(receipt);
    const held = new Set(await this.#whenThereIsRoom(() => this.#table.settle(gone, back)));
    if (back.length > 0) this.#idle.wakeSoon();
    if (held.size === settlements.length) return [];
    return settlements.filter(({ receipt }) => !held.has(receipt)).map(({ receipt }) => receipt);
  }

  async renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    const held = new Set(await this.#passing(() => this.#table.renew(receipts)));
    return receipts.filter((receipt) => !held.has(receipt));
  }

  size(queue: string): Promise<number> {
    return this.#passing(() => this.#table.size(queue));
  }

  /** In pieces, so that neither the lock nor this thread is held for long; what arrives meanwhile may be dropped too. */
  async purge(queue: string): Promise<number> {
    let dropped = 0;
    for (;;) {
      const some = await this.#passing(() => this.#table.dropSome(queue));
      if (some === 0) return dropped;
      dropped += some;
    }
  }

  async remove(queue: string): Promise<void> {
    await this.purge(queue);
    await this.#passing(() => this.#table.forgetTransient(queue));
  }

  /** Takes note of queues that end with this connection. */
  declareTransient(queues: readonly string[]): Promise<void> {
    return this.#passing(() => this.#table.declareTransient(queues));
  }

  /** What acknowledges receipts; a result store of the same database may run it. */
  acknowledgement(receipts: readonly Receipt[]): Acknowledgement {
    return this.#table.acknowledgement(receipts);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#idle.wake();
    try {
      await this.#table.leave();
    } catch (error) {
      this.#logger.debug('Held messages come back only when their lease runs out', { url: this.#database.url, error });
    }
    await this.#database.close();
  }

  /**
   * A consumer is told of a lost connection even where another one took its place: a claim may have come through whose
   * answer did not, and only giving everything back makes sure that no message stays held by nobody.
   */
  #reportLosses(): void {
    const { losses, url } = this.#database;
    if (losses === this.#knownLosses) return;
    this.#knownLosses = losses;
    throw new ConnectionLostError(url, 'a connection to the database was lost');
  }

  #join(queues: readonly string[]): ReturnType<WaitingTakes['join']> {
    try {
      return this.#waiting.join(queues);
    } catch (error) {
      throw asTransportError(this.#database.url, error);
    }
  }

  /** Takes what may be taken, or tells after how many milliseconds it is worth looking again. */
  async #collect(queues: readonly string[], max: number): Promise<Taken> {
    try {
      const { rows, againMs } = await this.#table.collect({ queues, max, nowMs: this.#clock.now() });
      return { messages: rows.map(toTaken), againMs };
    } catch (error) {
      if (!isCeleriacError(error, 'CLR_SQL_DISK_FULL')) throw asTransportError(this.#database.url, error);
      this.#logger.error('Messages cannot be taken: the disk is full', { url: this.#database.url, error });
      return { messages: [], againMs: FULL_PAUSE_MS };
    }
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

  async #passing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asTransportError(this.#database.url, error);
    }
  }
}

function tableOf(database: SqlDatabase, owner: Owner, sweepMs: number): QueueTable {
  if (database.dialect.locks === 'database') return new SqliteQueueTable(database, owner, sweepMs);
  const messages = database.dialect.name === 'postgres' ? new PostgresMessages(database) : new MysqlMessages(database);
  return new ServerQueueTable(database, messages, owner, sweepMs);
}
