/** Numbers in 0 (inclusive) to 1 (exclusive) that depend on the seed alone (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes values that JSON can carry, from a random source. */
export class RandomValues {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A value of at most so many levels. */
  value(maxDepth = 5): unknown {
    const kind = this.#below(maxDepth > 0 ? 9 : 7);
    if (kind < 2) return this.#number();
    if (kind < 5) return this.text();
    if (kind === 5) return this.#below(2) === 0;
    if (kind === 6) return null;
    if (kind === 7) return this.#list(() => this.value(maxDepth - 1));
    return this.record(maxDepth);
  }

  /** An object of at most so many levels. */
  record(maxDepth = 5): { [key: string]: unknown } {
    const entries = this.#list((): [string, unknown] => [`k${this.text()}`, this.value(maxDepth - 1)]);
    return Object.fromEntries(entries);
  }

  /** Up to 12 characters from all over Unicode, without lone surrogates. */
  text(): string {
    return this.#list(() => this.#character(), 12).join('');
  }

  /** Bytes of any value. */
  bytes(maxLength: number): Uint8Array {
    return Uint8Array.from(this.#list(() => this.#below(256), maxLength));
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return this.#below(limit);
  }

  #number(): number {
    const kind = this.#below(4);
    if (kind === 0) return this.#below(256) - 128;
    if (kind === 1) return Math.trunc((this.#random() - 0.5) * 2 ** 33) + 0;
    if (kind === 2) return Math.trunc((this.#random() - 0.5) * 2 * Number.MAX_SAFE_INTEGER) + 0;
    // Small enough to have a fraction: how whole doubles beyond 2^53 come back is a question of their own.
    return (this.#random() - 0.5) * 10 ** (this.#below(26) - 20);
  }

  #character(): string {
    const kind = this.#below(5);
    if (kind === 0) return String.fromCharCode(this.#below(0x80));
    if (kind === 1) return '"\\\'/\n\r\t\u2028<&%:#-{}[]'.charAt(this.#below(18));
    if (kind === 2) return String.fromCodePoint(0x10000 + this.#below(0x100000));
    if (kind === 3) return String.fromCharCode(0x80 + this.#below(0xd800 - 0x80));
    return String.fromCharCode(97 + this.#below(26));
  }

  #list<T>(make: () => T, maxLength = 5): T[] {
    return Array.from({ length: this.#below(maxLength + 1) }, make);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
