/** Taken at a time by consumers without a limit, so that one call stays a bounded amount of work and memory. */
const UNLIMITED_TAKE = 1000;

/** How many more deliveries a consumer may hold. Pure bookkeeping; 0 as the limit means none. */
export class PrefetchWindow {
  #limit: number;
  #held = 0;

  /** @throws {RangeError} for a limit that is no whole number from 0 up */
  constructor(limit: number) {
    this.#limit = checked(limit);
  }

  get limit(): number {
    return this.#limit;
  }

  /** Deliveries handed over and not settled. */
  get held(): number {
    return this.#held;
  }

  /** How many may be taken now; bounded also when the window is not. */
  get free(): number {
    return this.#limit === 0 ? UNLIMITED_TAKE : Math.max(0, this.#limit - this.#held);
  }

  take(count: number): void {
    this.#held += count;
  }

  settle(count: number): void {
    this.#held = Math.max(0, this.#held - count);
  }

  /**
   * A smaller limit takes effect as deliveries are settled: until then nothing is free.
   * @throws {RangeError} for a limit that is no whole number from 0 up
   */
  resize(limit: number): void {
    this.#limit = checked(limit);
  }
}

function checked(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new RangeError(`prefetch must be a whole number from 0 (no limit) up, got ${limit}`);
  }
  return limit;
}
