import type { ChangeWatch, SqlDatabase } from '@celeriac/sql';
import type { IdleWait } from '@celeriac/transport';
import type { QueueTable } from './queue-table.ts';

/**
 * So long a queue is asked about after its take has left: mostly the next take comes at once, and a question that is on its
 * way, which a server may keep for a while, cannot be changed. Milliseconds.
 */
const LINGER_MS = 100;

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
  /** Queues of takes that have left, and until when they are asked about. */
  readonly #lingering: Map<string, number> = new Map();
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
    const untilMs = performance.now() + LINGER_MS;
    for (const queue of take.queues) this.#lingering.set(queue, untilMs);
    if (this.#takes.size > 0) return;
    this.#watch?.close();
    this.#watch = undefined;
  }

  #queues(): readonly string[] {
    const queues = new Set([...this.#takes].flatMap((take) => take.queues));
    for (const [queue, untilMs] of this.#lingering) {
      if (untilMs > performance.now()) queues.add(queue);
      else this.#lingering.delete(queue);
    }
    return [...queues];
  }

  #open(): ChangeWatch {
    return this.#database.watchChanges({
      topic: 'message',
      probe: () => {
        const queues = this.#queues();
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
