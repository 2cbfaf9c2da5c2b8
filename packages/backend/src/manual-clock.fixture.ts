import type { Clock, Timer } from '@celeriac/protocol';

/** A clock that tests move. Timers run in the order in which they are due. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  readonly #timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();

  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer; undefined without one. */
  get nextInMs(): number | undefined {
    const dues = Array.from(this.#timers, (timer) => timer.dueMs);
    return dues.length === 0 ? undefined : Math.min(...dues) - this.#nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Moves on; promises settle before, and after each timer. */
  async advance(ms: number): Promise<void> {
    await settled();
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.run();
      await settled();
    }
    this.#nowMs = endMs;
    await settled();
  }
}

/** After everything that is only waiting for promises. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
