import { type FSWatcher, watch } from 'node:fs';
import type { Logger } from '@celeriac/protocol';
import type { ChangeWatch } from '../sql-database.ts';

/** Between two looks that no event asked for. */
const SAFETY_MS = 1000;
/** The same where the file system reports no events. */
const BLIND_MS = 50;
/** From an event to the first look. */
const FIRST_LOOK_MS = 1;
/** The last of the looks that follow an event, each twice as late as the one before. */
const LAST_LOOK_MS = 256;

export interface SqliteChangeFeedOptions {
  /** The database file. */
  readonly file: string;
  /** Changes when another connection has committed. */
  readonly dataVersion: () => number;
  readonly logger: Logger;
}

/**
 * Learns of commits by others from the file system: they are written to the log beside the database. An event comes
 * before its commit can be seen, since the log is synced after it was written, so several looks follow each.
 */
export class SqliteChangeFeed {
  readonly #options: SqliteChangeFeedOptions;
  readonly #listeners: Set<() => void> = new Set();
  #watcher: FSWatcher | undefined;
  #safety: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #lookMs = FIRST_LOOK_MS;
  #seen = -1;

  constructor(options: SqliteChangeFeedOptions) {
    this.#options = options;
  }

  add(onChange: () => void): ChangeWatch {
    // A listener of its own for each call, even for the same function.
    const listener = (): void => onChange();
    if (this.#listeners.size === 0) this.#seen = this.#version() ?? -1;
    this.#listeners.add(listener);
    this.#start();
    return { ready: Promise.resolve(), close: () => this.#remove(listener) };
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #remove(listener: () => void): void {
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#rest();
  }

  #start(): void {
    if (this.#safety === undefined) {
      this.#openWatcher();
      const blind = this.#watcher === undefined;
      this.#safety = setInterval(this.#onSafety, blind ? BLIND_MS : SAFETY_MS);
      if (!blind) this.#safety.unref();
    }
    if (this.#watcher === undefined) this.#safety.ref();
    else this.#watcher.ref();
  }

  /** Nobody listens: the next look by the clock stops it all, unless somebody comes back before. */
  #rest(): void {
    this.#watcher?.unref();
    this.#safety?.unref();
    clearTimeout(this.#look);
    this.#look = undefined;
  }

  #stop(): void {
    clearInterval(this.#safety);
    clearTimeout(this.#look);
    this.#safety = undefined;
    this.#look = undefined;
    this.#closeWatcher();
  }

  #openWatcher(): void {
    try {
      const watcher = watch(`${this.#options.file}-wal`);
      watcher.on('change', this.#onEvent);
      watcher.on('error', (error) => this.#blind(error));
      this.#watcher = watcher;
    } catch (error) {
      this.#blind(error);
    }
  }

  #closeWatcher(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** No events: looks by the clock are all there is. */
  #blind(error: unknown): void {
    this.#options.logger.warning('Changes of the database cannot be watched for; looking by the clock', {
      everyMs: BLIND_MS,
      error,
    });
    const running = this.#safety !== undefined;
    this.#closeWatcher();
    if (!running) return;
    clearInterval(this.#safety);
    this.#safety = setInterval(this.#onSafety, BLIND_MS);
  }

  readonly #onEvent = (): void => {
    if (this.#listeners.size === 0) return;
    if (this.#look !== undefined && this.#lookMs === FIRST_LOOK_MS) return;
    clearTimeout(this.#look);
    this.#lookMs = FIRST_LOOK_MS;
    this.#armLook();
  };

  readonly #onSafety = (): void => {
    if (this.#listeners.size === 0) this.#stop();
    else this.#tellIfChanged();
  };

  readonly #onLook = (): void => {
    this.#look = undefined;
    this.#tellIfChanged();
    // A change that is seen may be an earlier one than the event told of, so the series goes on to its end.
    if (this.#lookMs >= LAST_LOOK_MS) return;
    this.#lookMs *= 2;
    this.#armLook();
  };

  #armLook(): void {
    this.#look = setTimeout(this.#onLook, this.#lookMs);
    this.#look.unref();
  }

  #tellIfChanged(): void {
    const version = this.#version();
    if (version === undefined || version === this.#seen) return;
    this.#seen = version;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Undefined when the file is locked: the next look tells. */
  #version(): number | undefined {
    try {
      return this.#options.dataVersion();
    } catch {
      return undefined;
    }
  }
}
