import type { Clock, Timer } from '@celeriac/protocol';
import { EtaHeap } from './eta-heap.ts';

/** Holds items until their time, with one timer for all of them. */
export class EtaSchedule<Item> {
  readonly #heap: EtaHeap<Item> = new EtaHeap();
  readonly #clock: Clock;
  readonly #onDue: (items: readonly Item[]) => void;
  #timer: Timer | undefined;
  #timerDueMs = 0;

  /** @param onDue - gets everything that is due together, earliest first */
  constructor(clock: Clock, onDue: (items: readonly Item[]) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#heap.size;
  }

  /** All items, earliest first. */
  items(): readonly Item[] {
    return this.#heap.items();
  }

  /** The items with this id, in order of arrival. */
  itemsOf(id: string): readonly Item[] {
    return this.#heap.itemsOf(id);
  }

  /** @param dueMs - Unix milliseconds */
  add(id: string, dueMs: number, item: Item): void {
    this.#heap.add(id, dueMs, item);
    this.#arm();
  }

  /** Takes out all items with this id. */
  remove(id: string): readonly Item[] {
    const removed = this.#heap.remove(id);
    this.#arm();
    return removed;
  }

  /** Takes out all items for which `isWanted` holds. */
  removeWhere(isWanted: (item: Item) => boolean): readonly Item[] {
    const removed = this.#heap.removeWhere(isWanted);
    this.#arm();
    return removed;
  }

  #arm(): void {
    const dueMs = this.#heap.nextDueMs;
    if (this.#timer !== undefined && dueMs === this.#timerDueMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (dueMs === undefined) return;
    this.#timerDueMs = dueMs;
    this.#timer = this.#clock.setTimer(Math.max(0, dueMs - this.#clock.now()), this.#release);
  }

  /** A wall clock that was set back leaves nothing due; the timer is then armed again. */
  readonly #release = (): void => {
    this.#timer = undefined;
    const now = this.#clock.now();
    const due: Item[] = [];
    for (let item = this.#heap.popDue(now); item !== undefined; item = this.#heap.popDue(now)) due.push(item);
    this.#arm();
    if (due.length > 0) this.#onDue(due);
  };
}
