/** Items that one batch carries at most, so that a batch stays a bounded amount of work for a broker. */
const BATCH_LIMIT = 1000;

/** How a {@link Coalescer} gathers. */
export interface CoalescerOptions {
  readonly limit?: number;
  readonly last?: boolean;
}

/**
 * Gathers what is added during one turn of the event loop and hands it over as one batch. While a batch is under way
 * the next one gathers, so at most one runs at a time and order is kept. There is no timer: a single item in an idle
 * process leaves at the end of the turn it was added in.
 */
export class Coalescer<Item> {
  readonly #run: (items: readonly Item[]) => Promise<void>;
  readonly #limit: number;
  readonly #isLast: boolean;
  #waiting: Item[] = [];
  #scheduled = false;
  #running = false;
  #idle: PromiseWithResolvers<void> | undefined;

  /**
   * @param run - performs a batch and tells each item how it went; it must not reject
   * @param options - `last`: batches leave behind those of others in their turn
   */
  constructor(run: (items: readonly Item[]) => Promise<void>, options: CoalescerOptions = {}) {
    this.#run = run;
    this.#limit = options.limit ?? BATCH_LIMIT;
    this.#isLast = options.last ?? false;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    if (!this.#running) this.#schedule();
  }

  /** What waits leaves now, unless a batch is under way. */
  flush(): void {
    if (this.#waiting.length > 0) void this.#flush();
  }

  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void> {
    if (!this.#running && this.#waiting.length === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }

  /**
   * A tick queued by a microtask runs once no microtask is left: whatever the promises of this turn lead to is then in
   * the same batch, not only what was added before the first of them continued.
   */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (this.#isLast) setImmediate(this.#flush);
    else queueMicrotask(this.#endOfMicrotasks);
  }

  readonly #endOfMicrotasks = (): void => process.nextTick(this.#flush);

  readonly #flush = async (): Promise<void> => {
    this.#scheduled = false;
    if (this.#running) return;
    if (this.#waiting.length > 0) {
      const batch = this.#waiting.length <= this.#limit ? this.#waiting : this.#waiting.slice(0, this.#limit);
      this.#waiting = batch === this.#waiting ? [] : this.#waiting.slice(this.#limit);
      this.#running = true;
      await this.#run(batch);
      this.#running = false;
    }
    if (this.#waiting.length > 0) return this.#schedule();
    this.#idle?.resolve();
    this.#idle = undefined;
  };
}
