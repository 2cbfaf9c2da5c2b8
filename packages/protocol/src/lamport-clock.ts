/** Counts above this are taken for garbage: a real clock does not reach them. */
const HIGHEST_CLOCK = 2 ** 48;

/** The logical clock that orders events and control messages between nodes. @see kombu/clocks.py LamportClock */
export class LamportClock {
  #value: number;

  constructor(initial = 0) {
    this.#value = clampClock(initial);
  }

  /** The current count. */
  get value(): number {
    return this.#value;
  }

  /** Counts a local event, before it is sent. @returns the new count */
  forward(): number {
    this.#value += 1;
    return this.#value;
  }

  /** Counts the receipt of another node's event. Anything but a sane count is taken as 0. @returns the new count */
  adjust(other: unknown): number {
    this.#value = Math.max(this.#value, clampClock(other)) + 1;
    return this.#value;
  }
}

/** `value` as a clock count: a whole number in 0..2^48; 0 for anything that is not one. */
export function clampClock(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= HIGHEST_CLOCK)) return 0;
  return Math.floor(value);
}
