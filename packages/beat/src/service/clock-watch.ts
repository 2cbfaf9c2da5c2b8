/** A smaller difference is the clock being put right. */
const LEAST_JUMP_MS = 2000;

/** Notices when the machine's clock is changed: it and a clock that never jumps part ways. */
export class ClockWatch {
  #apartMs: number;

  constructor(nowMs: number, monotonicMs: number) {
    this.#apartMs = nowMs - monotonicMs;
  }

  /** @returns by how much the clock was changed since the last look, 0 if it was not */
  look(nowMs: number, monotonicMs: number): number {
    const apartMs = nowMs - monotonicMs;
    const jumpMs = apartMs - this.#apartMs;
    this.#apartMs = apartMs;
    return Math.abs(jumpMs) >= LEAST_JUMP_MS ? jumpMs : 0;
  }
}
