/** Jobs that may be with one child at a time. */
export const MOST_CLAIMS = 1024;

/**
 * Who has a job: the thread that runs tasks, or somebody who takes it back before it starts. Both may ask at the same moment,
 * from different threads; one of them gets it. Jobs are numbered upwards; a place is used again {@link MOST_CLAIMS} jobs later.
 */
export class Claims {
  readonly buffer: SharedArrayBuffer;
  readonly #places: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(MOST_CLAIMS * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#places = new Int32Array(buffer);
  }

  /** Claims a job in order to run it. @returns false when it was taken back */
  start(job: number): boolean {
    return this.#claim(job, 0);
  }

  /** Takes a job back. @returns false when it has started */
  take(job: number): boolean {
    return this.#claim(job, 1);
  }

  #claim(job: number, who: 0 | 1): boolean {
    const place = job % MOST_CLAIMS;
    // 31 bits: the number of the job, and who has it.
    const [mine, other] = [(job * 2 + who) | 0, (job * 2 + 1 - who) | 0];
    for (;;) {
      const seen = Atomics.load(this.#places, place);
      if (seen === other) return false;
      if (seen === mine || Atomics.compareExchange(this.#places, place, seen, mine) === seen) return true;
    }
  }
}
