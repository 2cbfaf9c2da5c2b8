import { isoNaive } from '@celeriac/protocol';

/** Writes times, each only once as long as it is asked for again: the tasks of one batch end in the same millisecond. */
export class TimeText {
  #ms = Number.NaN;
  #text = '';

  /** @param ms - Unix milliseconds */
  of(ms: number): string {
    if (ms !== this.#ms) {
      this.#ms = ms;
      this.#text = isoNaive(ms);
    }
    return this.#text;
  }
}
