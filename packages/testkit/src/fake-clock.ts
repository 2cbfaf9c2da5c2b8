import type { Clock, Timer } from '@celeriac/protocol';

interface PendingTimer {
  readonly dueMs: number;
  /** Order of creation, for timers that are due together. */
  readonly order: number;
  readonly run: () => void;
}

/** A clock that only moves when it is told to. */
export class FakeClock implements Clock {
  readonly #timers = new Set<PendingTimer>();
  #wallMs: number;
  #monotonicMs = 0;
  #created = 0;

  /** @param startMs - Unix milliseconds; 2026-01-01T00:00:00Z unless given */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#wallMs = startMs;
  }

  /** Timers that have neither run nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer is due; undefined when there is none. */
  get untilNextMs(): number | undefined {
    const next = this.#nextDue(Number.POSITIVE_INFINITY);
    return next === undefined ? undefined : Math.max(0, next.dueMs - this.#monotonicMs);
  }

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const timer: PendingTimer = { dueMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#created++, run };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /**
   * Moves time forward and runs what becomes due, in order, each at its own time. Promises settle before every timer and
   * after the last, so timers that they set inside the span run too.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`A clock cannot be advanced by ${ms} ms`);
    const targetMs = this.#monotonicMs + ms;
    await promisesSettle();
    for (let next = this.#nextDue(targetMs); next !== undefined; next = this.#nextDue(targetMs)) {
      this.#timers.delete(next);
      this.#moveTo(Math.max(next.dueMs, this.#monotonicMs));
      next.run();
      await promisesSettle();
    }
    this.#moveTo(Math.max(targetMs, this.#monotonicMs));
  }

  /** Sets the wall clock, as an operator or NTP would: timers and `monotonic()` do not notice. */
  setTime(unixMs: number): void {
    this.#wallMs = unixMs;
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }

  #nextDue(targetMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > targetMs) continue;
      const isEarlier = next === undefined || timer.dueMs < next.dueMs;
      if (isEarlier || (timer.dueMs === next?.dueMs && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** Turns of the event loop after which chains of promises, and reads that a turn starts, have come to rest. */
const SETTLING_TURNS = 4;

async function promisesSettle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
