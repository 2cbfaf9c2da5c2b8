interface Delayed<Item> {
  readonly dueMs: number;
  /** Order of arrival, for items due at the same time. */
  readonly order: number;
  readonly item: Item;
}

/** Items that wait for a time, soonest first. */
export class DelayHeap<Item> {
  readonly #heap: Delayed<Item>[] = [];
  #added = 0;

  get length(): number {
    return this.#heap.length;
  }

  /** When the next item is due, in the time that `push` was given. */
  get nextDueMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  /** All items, soonest first. */
  get items(): readonly Item[] {
    return this.#heap.toSorted((a, b) => (isSooner(a, b) ? -1 : 1)).map(({ item }) => item);
  }

  push(item: Item, dueMs: number): void {
    const entry = { dueMs, order: this.#added++, item };
    let index = this.#heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isSooner(entry, this.#heap[parent]!)) break;
      this.#heap[index] = this.#heap[parent]!;
      index = parent;
    }
    this.#heap[index] = entry;
  }

  /** Takes out the next item, if it is due. */
  popDue(nowMs: number): Item | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(last);
    return first.item;
  }

  #sink(entry: Delayed<Item>): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isSooner(heap[child + 1]!, heap[child]!)) child++;
      if (!isSooner(heap[child]!, entry)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = entry;
  }
}

function isSooner<Item>(a: Delayed<Item>, b: Delayed<Item>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
