import { type Clock, isReady, type Logger, type Timer } from '@celeriac/protocol';
import { type ChangeWatch, rowsOf, type SqlDatabase, type Statement, type StatementTemplate } from '@celeriac/sql';
import type { ClosableFeed } from './result-table.ts';
import { asBackendError, inTransaction } from './sql-backend-errors.ts';

/** Rows of news read at a time. */
const BATCH = 2000;
/** Pause after news could not be read. */
const RETRY_MS = 500;

type Listener = (ids: readonly string[]) => void;

/** The statements on the sequence of results. */
interface SequenceStatements {
  readonly lastSeq: StatementTemplate<object, { value: number }>;
  /** What was written after `seq`, in order. */
  readonly news: StatementTemplate<{ seq: number; limit: number }, { seq: number; task_id: string; status: string }>;
}

export interface SequenceFeedOptions {
  readonly database: SqlDatabase;
  readonly statements: SequenceStatements;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells which results became ready. All watched ids share one place in the sequence of results: a change costs one read
 * of what is new, however many ids are waited for.
 */
export class SequenceFeed implements ClosableFeed {
  readonly #options: SequenceFeedOptions;
  readonly #listeners: Map<string, Listener> = new Map();
  /** The last number of the sequence that was read. */
  #cursor = 0;
  #opening: Promise<void> | undefined;
  #watch: ChangeWatch | undefined;
  #reading = false;
  #again = false;
  #retry: Timer | undefined;

  constructor(options: SequenceFeedOptions) {
    this.#options = options;
  }

  async subscribe(ids: readonly string[], onSet: Listener): Promise<void> {
    for (const id of ids) this.#listeners.set(id, onSet);
    this.#opening ??= this.#open();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async unsubscribe(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#listeners.delete(id);
    if (this.#listeners.size === 0) this.close();
  }

  close(): void {
    this.#listeners.clear();
    this.#retry?.cancel();
    this.#watch?.close();
    this.#watch = undefined;
    this.#opening = undefined;
  }

  /** What is written after the place read here is news; what was written before is found by the look that follows. */
  async #open(): Promise<void> {
    const { database, statements } = this.#options;
    this.#watch ??= database.watchChanges({
      topic: 'result',
      probe: () => statements.lastSeq.with({}) as Statement,
      isNews: ([row]) => Number(row?.['value'] ?? 0) > this.#cursor,
      onChange: () => void this.#read(),
    });
    await this.#ready(this.#watch);
    const [last] = await inTransaction(database, () => rowsOf(statements.lastSeq.with({})), 'read');
    this.#cursor = last?.value ?? 0;
  }

  async #ready(watch: ChangeWatch): Promise<void> {
    try {
      await watch.ready;
    } catch (error) {
      watch.close();
      this.#watch = undefined;
      throw asBackendError(this.#options.database.url, error);
    }
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#again = false;
        while (this.#watch !== undefined && (await this.#readSome()) === BATCH);
      } while (this.#again);
    } catch (error) {
      const { logger, clock, database } = this.#options;
      logger.warning('New results could not be read; trying again.', { url: database.url, error });
      this.#retry?.cancel();
      if (this.#watch !== undefined) this.#retry = clock.setTimer(RETRY_MS, () => void this.#read());
    }
    this.#reading = false;
  }

  /** @returns how many rows there were */
  async #readSome(): Promise<number> {
    const { database, statements } = this.#options;
    const seq = this.#cursor;
    const news = await inTransaction(database, () => rowsOf(statements.news.with({ seq, limit: BATCH })), 'read');
    // Closed, and perhaps opened again at another place, in the meantime.
    if (this.#cursor !== seq) return BATCH;
    const told = new Map<Listener, string[]>();
    for (const row of news) {
      this.#cursor = row.seq;
      const listener = this.#listeners.get(row.task_id);
      if (listener === undefined || !isReady(row.status)) continue;
      const ids = told.get(listener);
      if (ids === undefined) told.set(listener, [row.task_id]);
      else ids.push(row.task_id);
    }
    for (const [listener, ids] of told) listener(ids);
    return news.length;
  }
}
