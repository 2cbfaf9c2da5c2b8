import type { Clock, Timer } from '@celeriac/protocol';

/** A clock that tests move; `advance` lets promises settle around every timer. */
export class ManualClock implements Clock {
  readonly #timers: Set<{ readonly dueMs: number; readonly run: () => void }> = new Set();
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  get pending(): number {
    return this.#timers.size;
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await turns();
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => timer.dueMs <= end).sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = next.dueMs;
      next.run();
      await turns();
    }
    this.#nowMs = end;
  }
}

/** A few turns of the event loop, after which chains of promises have come to rest. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
