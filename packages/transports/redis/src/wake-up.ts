import type { Clock } from '@celeriac/protocol';

/** Lets takes sleep until something may have changed. */
export class WakeUp {
  readonly #clock: Clock;
  readonly #sleepers: Set<() => void> = new Set();
  #version = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Changes with every wake-up: read it before looking, and hand it to {@link until}. */
  get version(): number {
    return this.#version;
  }

  /** Something may have changed. */
  wake(): void {
    this.#version++;
    for (const wakeOne of [...this.#sleepers]) wakeOne();
  }

  /** Resolves after `ms`, on the next wake-up since `version` was read, or when `signal` is aborted. */
  until(version: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#version !== version || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wakeOne = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', wakeOne);
        this.#sleepers.delete(wakeOne);
        resolve();
      };
      const timer = this.#clock.setTimer(Math.max(1, ms), wakeOne);
      signal.addEventListener('abort', wakeOne);
      this.#sleepers.add(wakeOne);
    });
  }
}
