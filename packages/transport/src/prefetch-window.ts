/** How many more deliveries a consumer may hold. Pure bookkeeping; 0 as the limit means none. */
export class PrefetchWindow {
  #limit: number;
  #held = 0;
  #claimed = 0;

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

  /** How many may be taken now. */
  get free(): number {
    return this.#limit === 0 ? Number.POSITIVE_INFINITY : Math.max(0, this.#limit - this.#held);
  }

  take(count: number): void {
    this.#held += count;
  }

  settle(count: number): void {
    this.#held = Math.max(0, this.#held - count);
  }

  /**
   * The settlement of a delivery is on its way. Its place is free already, so that the next take need not wait for an
   * answer; but for two windows of deliveries at most, so that a slow broker is not left with ever more of them. Two, since
   * the answer to a settlement may be seen after what a take behind it brought.
   * @returns whether the place is free: then its fate is told by {@link confirm} or {@link unclaim}, not by `settle`
   */
  claim(): boolean {
    if (this.#limit > 0 && this.#claimed >= 2 * this.#limit) return false;
    this.#claimed++;
    this.settle(1);
    return true;
  }

  /** The settlement of a claimed delivery has been confirmed. */
  confirm(): void {
    this.#claimed--;
  }

  /** The settlement of a claimed delivery has failed: it takes its place again. */
  unclaim(): void {
    this.#claimed--;
    this.#held++;
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
