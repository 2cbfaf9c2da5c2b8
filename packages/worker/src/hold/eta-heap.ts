/** One thing to do at a time. */
interface HeapEntry<Item> {
  readonly id: string;
  readonly dueMs: number;
  /** Order of arrival, for those due at the same time. */
  readonly order: number;
  readonly item: Item;
  /** Where it stands in the heap. */
  place: number;
  /** The entries with the same id that came before and after it. */
  older: HeapEntry<Item> | undefined;
  newer: HeapEntry<Item> | undefined;
}

/**
 * Items by the time at which they are due: a binary heap that also finds them by id, so that adding, taking and removing
 * cost the logarithm of its size. Items due together come out in order of arrival. An id may be held several times.
 */
export class EtaHeap<Item> {
  readonly #entries: HeapEntry<Item>[] = [];
  /** The entry that came last with each id. */
  readonly #byId: Map<string, HeapEntry<Item>> = new Map();
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

  /** The items with this id, in order of arrival. */
  itemsOf(id: string): readonly Item[] {
    return this.#entriesOf(id).map(({ item }) => item);
  }

  /** @param dueMs - Unix milliseconds */
  add(id: string, dueMs: number, item: Item): void {
    const place = this.#entries.length;
    const older = this.#byId.get(id);
    const entry: HeapEntry<Item> = { id, dueMs, order: this.#arrivals++, item, place, older, newer: undefined };
    if (older !== undefined) older.newer = entry;
    this.#byId.set(id, entry);
    this.#entries.push(entry);
    this.#up(entry);
  }

  /** Takes the earliest item if it is due. */
  popDue(nowMs: number): Item | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.#remove(first);
    return first.item;
  }

  /** Takes all items with this id. */
  remove(id: string): readonly Item[] {
    return this.#removeAll(this.#entriesOf(id));
  }

  /** Takes all items for which `isWanted` holds, earliest first. */
  removeWhere(isWanted: (item: Item) => boolean): readonly Item[] {
    return this.#removeAll(this.#entries.filter(({ item }) => isWanted(item)).sort(compare));
  }

  #entriesOf(id: string): readonly HeapEntry<Item>[] {
    const entries: HeapEntry<Item>[] = [];
    for (let entry = this.#byId.get(id); entry !== undefined; entry = entry.older) entries.push(entry);
    return entries.reverse();
  }

  #removeAll(entries: readonly HeapEntry<Item>[]): readonly Item[] {
    for (const entry of entries) this.#remove(entry);
    return entries.map(({ item }) => item);
  }

  #remove(entry: HeapEntry<Item>): void {
    this.#forget(entry);
    const { place } = entry;
    const last = this.#entries.pop()!;
    if (last === entry) return;
    this.#put(last, place);
    this.#up(last);
    this.#down(last);
  }

  #forget(entry: HeapEntry<Item>): void {
    const { id, older, newer } = entry;
    if (older !== undefined) older.newer = newer;
    if (newer !== undefined) newer.older = older;
    else if (older !== undefined) this.#byId.set(id, older);
    else this.#byId.delete(id);
  }

  #up(entry: HeapEntry<Item>): void {
    let { place } = entry;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#entries[above]!;
      if (compare(parent, entry) <= 0) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(entry, place);
  }

  #down(entry: HeapEntry<Item>): void {
    let { place } = entry;
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
    entry.place = place;
  }
}

function compare<Item>(one: HeapEntry<Item>, other: HeapEntry<Item>): number {
  return one.dueMs - other.dueMs || one.order - other.order;
}
