/** An entry in an {@link EntryHeap}. */
export interface HeapItem {
  readonly name: string;
  /** When to look at it, Unix milliseconds. */
  readonly atMs: number;
  /** Of entries of the same moment the greatest comes first. */
  readonly priority: number;
}

/** Entries by the moment at which to look at them, earliest first; found by name to be moved or removed. */
export class EntryHeap {
  readonly #items: HeapItem[] = [];
  readonly #places: Map<string, number> = new Map();

  get size(): number {
    return this.#items.length;
  }

  peek(): HeapItem | undefined {
    return this.#items[0];
  }

  /** Puts an item in, in place of the one of the same name. */
  set(item: HeapItem): void {
    const place = this.#places.get(item.name) ?? this.#items.length;
    this.#put(place, item);
    this.#settle(place);
  }

  remove(name: string): void {
    const place = this.#places.get(name);
    if (place === undefined) return;
    this.#places.delete(name);
    const last = this.#items.pop()!;
    if (place === this.#items.length) return;
    this.#put(place, last);
    this.#settle(place);
  }

  pop(): HeapItem | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first.name);
    return first;
  }

  #settle(place: number): void {
    this.#sink(this.#rise(place));
  }

  #rise(from: number): number {
    const item = this.#items[from]!;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(item, this.#items[parent]!)) break;
      this.#put(place, this.#items[parent]!);
      place = parent;
    }
    this.#put(place, item);
    return place;
  }

  #sink(from: number): void {
    const item = this.#items[from]!;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#items.length) break;
      if (child + 1 < this.#items.length && isBefore(this.#items[child + 1]!, this.#items[child]!)) child++;
      if (!isBefore(this.#items[child]!, item)) break;
      this.#put(place, this.#items[child]!);
      place = child;
    }
    this.#put(place, item);
  }

  #put(place: number, item: HeapItem): void {
    this.#items[place] = item;
    this.#places.set(item.name, place);
  }
}

function isBefore(a: HeapItem, b: HeapItem): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  if (a.priority !== b.priority) return a.priority > b.priority;
  return a.name < b.name;
}
