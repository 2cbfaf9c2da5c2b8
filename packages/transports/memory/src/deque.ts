const SMALLEST = 16;

/** A double-ended queue in a ring: every operation takes constant time, however long it is. */
export class Deque<Item> {
  #ring: (Item | undefined)[] = new Array(SMALLEST).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  pushBack(item: Item): void {
    if (this.#length === this.#ring.length) this.#resize(this.#length * 2);
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = item;
    this.#length++;
  }

  pushFront(item: Item): void {
    if (this.#length === this.#ring.length) this.#resize(this.#length * 2);
    this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = item;
    this.#length++;
  }

  popFront(): Item | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    // Gives memory back after a burst, late enough that a steady queue never copies to and fro.
    if (this.#ring.length > SMALLEST && this.#length <= this.#ring.length / 8) this.#resize(this.#ring.length / 2);
    return item;
  }

  /** From front to back; not to be changed meanwhile. */
  *[Symbol.iterator](): Generator<Item> {
    for (let index = 0; index < this.#length; index++) {
      yield this.#ring[(this.#head + index) & (this.#ring.length - 1)] as Item;
    }
  }

  /** @param size - a power of two */
  #resize(size: number): void {
    const ring = new Array<Item | undefined>(size).fill(undefined);
    const mask = this.#ring.length - 1;
    for (let index = 0; index < this.#length; index++) ring[index] = this.#ring[(this.#head + index) & mask];
    this.#ring = ring;
    this.#head = 0;
  }
}
