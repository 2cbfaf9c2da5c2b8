/** Stands for the values that are too many. */
const OTHER = '(other)';

/** Keeps the values of a label few: they come from outside, and every one is kept for ever. */
export class LabelLimit {
  readonly #most: number;
  readonly #known: Set<string> = new Set();

  constructor(most: number) {
    this.#most = most;
  }

  /** The value itself, or what stands for all that came when there were enough. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most) return OTHER;
    this.#known.add(value);
    return value;
  }
}
