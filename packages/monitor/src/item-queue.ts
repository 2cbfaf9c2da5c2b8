import type { Clock } from '@celeriac/protocol';

/** Hands on what was pushed, one by one. At the limit the oldest gives way. */
export class ItemQueue<Item> {
  readonly #limit: number;
  readonly #clock: Clock;
  #items: Item[] = [];
  #first = 0;
  #waiting: (() => void) | undefined;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  push(item: Item): void {
    this.#items.push(item);
    if (this.#items.length - this.#first > this.#limit) this.#first++;
    if (this.#first > this.#limit) this.#compact();
    this.#waiting?.();
  }

  /**
   * The next item; undefined when none came within `timeoutMs`.
   * @throws the signal's reason when it is aborted first
   */
  async next(timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<Item | undefined> {
    signal?.throwIfAborted();
    if (this.#first === this.#items.length) await this.#wait(timeoutMs, signal);
    signal?.throwIfAborted();
    if (this.#first === this.#items.length) return undefined;
    const item = this.#items[this.#first++];
    if (this.#first === this.#items.length) this.#compact();
    return item;
  }

  async #wait(timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = timeoutMs === undefined ? undefined : this.#clock.setTimer(timeoutMs, resolve);
    const onAbort = (): void => resolve();
    signal?.addEventListener('abort', onAbort);
    this.#waiting = resolve;
    await promise;
    this.#waiting = undefined;
    signal?.removeEventListener('abort', onAbort);
    timer?.cancel();
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
