import { backoffMs, type Logger } from '@celeriac/protocol';
import type { ChangeListener, ChangeWatch } from '../sql-database.ts';

/** A connection by which changes are learnt of. */
export interface ChangeSource {
  /** Called once when nothing more will be told. */
  onLost: ((error: unknown) => void) | undefined;
  /** Resolves when this listener misses nothing from now on. */
  add(listener: ChangeListener): Promise<void>;
  remove(listener: ChangeListener): void;
  close(): void;
}

export interface ChangeFeedOptions {
  readonly open: () => Promise<ChangeSource>;
  /** Failures in the words of this package. */
  readonly explain: (error: unknown) => unknown;
  /** A source was lost. */
  readonly onLost: () => void;
  /** Masked. */
  readonly url: string;
  readonly logger: Logger;
}

/** Waits before the first and before later attempts to open a lost source again. */
const REOPEN = { baseMs: 100, factor: 2, maxMs: 2000 };

/**
 * All watches of one database over one source. A source that is lost is opened again for as long as somebody listens, and
 * everybody is then told that anything may have changed.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #listeners: Set<ChangeListener> = new Set();
  #source: Promise<ChangeSource> | undefined;
  #reopening: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
  }

  add(listener: ChangeListener): ChangeWatch {
    this.#listeners.add(listener);
    const ready = this.#begin(listener);
    // Whoever does not wait for it hears of it by `onLost`.
    ready.catch(() => {});
    return { ready, close: () => this.#remove(listener) };
  }

  /** Another connection of the database was lost; what others announced is still told. */
  tellLost(cause: unknown): void {
    if (!this.#closed) this.#tell(cause);
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    clearTimeout(this.#reopening);
    void this.#source?.then((source) => source.close()).catch(() => {});
    this.#source = undefined;
  }

  async #begin(listener: ChangeListener): Promise<void> {
    try {
      await (await this.#opened()).add(listener);
    } catch (error) {
      throw this.#options.explain(error);
    }
  }

  #remove(listener: ChangeListener): void {
    if (!this.#listeners.delete(listener)) return;
    void this.#source?.then((source) => source.remove(listener)).catch(() => {});
  }

  #opened(): Promise<ChangeSource> {
    if (this.#source !== undefined) return this.#source;
    const opening = this.#options.open().then((source) => {
      source.onLost = (error) => this.#lose(opening, error);
      if (this.#closed) source.close();
      return source;
    });
    this.#source = opening;
    opening.catch(() => {
      if (this.#source === opening) this.#source = undefined;
    });
    return opening;
  }

  #lose(source: Promise<ChangeSource>, cause: unknown): void {
    if (this.#closed || this.#source !== source) return;
    this.#source = undefined;
    this.#options.onLost();
    this.#tell(cause);
    this.#reopenSoon();
  }

  #tell(cause: unknown): void {
    const error = this.#options.explain(cause);
    const { logger, url } = this.#options;
    logger.debug('A connection was lost.', { url, error });
    const told = error instanceof Error ? error : new Error(String(error));
    for (const listener of [...this.#listeners]) listener.onLost?.(told);
  }

  #reopenSoon(): void {
    if (this.#listeners.size === 0 || this.#closed) return;
    clearTimeout(this.#reopening);
    this.#reopening = setTimeout(() => void this.#reopen(), backoffMs(this.#failures++, REOPEN));
  }

  async #reopen(): Promise<void> {
    const listeners = [...this.#listeners];
    if (listeners.length === 0) return;
    try {
      const source = await this.#opened();
      for (const listener of listeners) await source.add(listener);
    } catch (error) {
      const { logger, url, explain } = this.#options;
      logger.warning('Changes cannot be watched for; trying again.', { url, error: explain(error) });
      this.#reopenSoon();
      return;
    }
    this.#failures = 0;
    for (const listener of listeners) if (this.#listeners.has(listener)) listener.onChange(undefined);
  }
}
