/** One thing to do at a time. */
interface HeapEntry<Item> {
  readonly id: string;
  readonly dueMs: number;
  /** Order of arrival, for those due at the same time. */
  readonly order: number;
  readonly item: Item;
}

/**
 * Items by the time at which they are due: a binary heap that also finds them by id, so that adding, taking and removing
 * cost the logarithm of its size. Items due together come out in order of arrival. An id may be held several times.
 */
export class EtaHeap<Item> {
  readonly #entries: HeapEntry<Item>[] = [];
  /** Where each entry stands in the heap. */
  readonly #places: Map<HeapEntry<Item>, number> = new Map();
  readonly #byId: Map<string, HeapEntry<Item>[]> = new Map();
  #arrivals = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** Unix milliseconds of the earliest item; undefined when there is none. */
  get nextDueMs(): number | undefined {
    return this.#entries[0]?.dueMs;
  }

  /** All items, earliest first. */
  items(): readonly Item[] {
    return [...this.#entries].sort(compare).map(({ item }) => item);
  }

  /** @param dueMs - Unix milliseconds */
  add(id: string, dueMs: number, item: Item): void {
    const entry: HeapEntry<Item> = { id, dueMs, order: this.#arrivals++, item };
    const same = this.#byId.get(id);
    if (same === undefined) this.#byId.set(id, [entry]);
    else same.push(entry);
    this.#entries.push(entry);
    this.#places.set(entry, this.#entries.length - 1);
    this.#up(this.#entries.length - 1);
  }

  /** Takes the earliest item if it is due. */
  popDue(nowMs: number): Item | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.#forget(first);
    this.#removeAt(0);
    return first.item;
  }

  /** Takes all items with this id. */
  remove(id: string): readonly Item[] {
    const entries = this.#byId.get(id) ?? [];
    return this.#removeAll([...entries]);
  }

  /** Takes all items for which `isWanted` holds, earliest first. */
  removeWhere(isWanted: (item: Item) => boolean): readonly Item[] {
    const wanted = this.#entries.filter(({ item }) => isWanted(item)).sort(compare);
    return this.#removeAll(wanted);
  }

  #removeAll(entries: readonly HeapEntry<Item>[]): readonly Item[] {
    for (const entry of entries) {
      this.#forget(entry);
      this.#removeAt(this.#places.get(entry)!);
    }
    return entries.map(({ item }) => item);
  }

  #forget(entry: HeapEntry<Item>): void {
    const same = this.#byId.get(entry.id)!;
    if (same.length === 1) this.#byId.delete(entry.id);
    else same.splice(same.indexOf(entry), 1);
  }

  #removeAt(place: number): void {
    this.#places.delete(this.#entries[place]!);
    const last = this.#entries.pop()!;
    if (place === this.#entries.length) return;
    this.#put(last, place);
    this.#up(place);
    this.#down(this.#places.get(last)!);
  }

  #up(from: number): void {
    const entry = this.#entries[from]!;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#entries[above]!;
      if (compare(parent, entry) <= 0) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(entry, place);
  }

  #down(from: number): void {
    const entry = this.#entries[from]!;
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.#entries.length) break;
      const right = left + 1;
      const hasRight = right < this.#entries.length;
      const below = hasRight && compare(this.#entries[right]!, this.#entries[left]!) < 0 ? right : left;
      const child = this.#entries[below]!;
      if (compare(entry, child) <= 0) break;
      this.#put(child, place);
      place = below;
    }
    this.#put(entry, place);
  }

  #put(entry: HeapEntry<Item>, place: number): void {
    this.#entries[place] = entry;
    this.#places.set(entry, place);
  }
}

function compare<Item>(one: HeapEntry<Item>, other: HeapEntry<Item>): number {
  return one.dueMs - other.dueMs || one.order - other.order;
}
