/** Emptied places at the front that are tolerated before the list is copied. */
const SLACK = 1024;

/** First in, first out; taking costs the same however many wait. */
export class ReadyQueue<Item> {
  #items: Item[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** All items in their order. */
  items(): readonly Item[] {
    return this.#items.slice(this.#head);
  }

  peek(): Item | undefined {
    return this.#items[this.#head];
  }

  shift(): Item | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head++]!;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head >= SLACK && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes all items for which `isWanted` holds; the others keep their order. */
  removeWhere(isWanted: (item: Item) => boolean): readonly Item[] {
    const removed: Item[] = [];
    const kept: Item[] = [];
    for (const item of this.#items.slice(this.#head)) (isWanted(item) ? removed : kept).push(item);
    this.#items = kept;
    this.#head = 0;
    return removed;
  }
}
