import type { ChangeWatch, SqlDatabase } from '@celeriac/sql';
import { announcedIds } from './announcements.ts';
import type { ClosableFeed } from './result-table.ts';
import { asBackendError } from './sql-backend-errors.ts';

type Listener = (ids: readonly string[]) => void;

/** Tells which results became ready, by what the database announces. After a lost connection all of them are looked at. */
export class AnnouncedFeed implements ClosableFeed {
  readonly #database: SqlDatabase;
  readonly #listeners: Map<string, Listener> = new Map();
  /** What was told in this turn, to be passed on together. */
  readonly #news: string[] = [];
  #watch: ChangeWatch | undefined;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async subscribe(ids: readonly string[], onSet: Listener): Promise<void> {
    for (const id of ids) this.#listeners.set(id, onSet);
    try {
      this.#watch ??= this.#open();
      await this.#watch.ready;
    } catch (error) {
      this.#watch?.close();
      this.#watch = undefined;
      throw asBackendError(this.#database.url, error);
    }
  }

  async unsubscribe(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#listeners.delete(id);
    if (this.#listeners.size === 0) this.close();
  }

  close(): void {
    this.#listeners.clear();
    this.#watch?.close();
    this.#watch = undefined;
  }

  #open(): ChangeWatch {
    return this.#database.watchChanges({
      topic: 'result',
      // It is told, and needs to ask nothing.
      probe: () => undefined,
      isNews: () => false,
      onChange: (news) => this.#hear(news),
    });
  }

  #hear(news: readonly string[] | undefined): void {
    const ids = news?.map(announcedIds);
    if (ids === undefined || ids.includes(undefined)) this.#add([...this.#listeners.keys()]);
    else for (const some of ids) this.#add((some ?? []).filter((id) => this.#listeners.has(id)));
  }

  #add(ids: readonly string[]): void {
    if (ids.length === 0) return;
    if (this.#news.length === 0) setImmediate(() => this.#tell());
    for (const id of ids) this.#news.push(id);
  }

  #tell(): void {
    const told = new Map<Listener, string[]>();
    for (const id of this.#news.splice(0)) {
      const listener = this.#listeners.get(id);
      if (listener === undefined) continue;
      const ids = told.get(listener);
      if (ids === undefined) told.set(listener, [id]);
      else ids.push(id);
    }
    for (const [listener, ids] of told) listener(ids);
  }
}
