import type { ChangeWatch, SqlDatabase } from '@celeriac/sql';
import type { IdleWait } from '@celeriac/transport';
import type { QueueTable } from './queue-table.ts';

/** A take that waits. */
export interface WaitingTake {
  /** From when on no change is missed. */
  readonly ready: Promise<void>;
  leave(): void;
}

/** All takes of one store that wait, over one watch of the database: opened by the first, closed with the last. */
export class WaitingTakes {
  readonly #database: SqlDatabase;
  readonly #table: QueueTable;
  readonly #idle: IdleWait;
  readonly #now: () => number;
  readonly #takes: Set<{ readonly queues: readonly string[] }> = new Set();
  #watch: ChangeWatch | undefined;

  constructor(database: SqlDatabase, table: QueueTable, idle: IdleWait, now: () => number) {
    this.#database = database;
    this.#table = table;
    this.#idle = idle;
    this.#now = now;
  }

  join(queues: readonly string[]): WaitingTake {
    const take = { queues };
    this.#watch ??= this.#open();
    this.#takes.add(take);
    return { ready: this.#watch.ready, leave: () => this.#leave(take) };
  }

  #leave(take: { readonly queues: readonly string[] }): void {
    this.#takes.delete(take);
    if (this.#takes.size > 0) return;
    this.#watch?.close();
    this.#watch = undefined;
  }

  #open(): ChangeWatch {
    return this.#database.watchChanges({
      topic: 'message',
      probe: () => {
        const queues = [...new Set([...this.#takes].flatMap((take) => take.queues))];
        return queues.length === 0 ? undefined : this.#table.probe(queues, this.#now());
      },
      waits: true,
      isNews: (rows) => this.#table.isNews(rows),
      onChange: (news) => {
        this.#table.hear(news);
        this.#idle.wake();
      },
      onLost: () => this.#idle.wake(),
    });
  }
}
