import type { Clock } from '@celeriac/protocol';

/** Lets the takes of a {@link QueueStore} sleep until something may have changed. */
export class IdleWait {
  readonly #clock: Clock;
  /** How to wake each, and what it sleeps over. */
  readonly #sleepers: Map<() => void, readonly string[] | undefined> = new Map();
  #version = 0;
  #waking = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Changes with every wake-up: read it before looking, and hand it to {@link until}. */
  get version(): number {
    return this.#version;
  }

  /** Something may have changed. @param names - what has; who sleeps over other things only sleeps on. Default: all */
  wake(names?: readonly string[]): void {
    this.#version++;
    for (const [wakeUp, watched] of [...this.#sleepers]) {
      if (names === undefined || watched === undefined || watched.some((name) => names.includes(name))) wakeUp();
    }
  }

  /**
   * As {@link wake}, but in a later turn: what this turn has settled is told to its holders first, so that nobody holds a
   * message again before the last holder has let go.
   */
  wakeSoon(): void {
    if (this.#waking) return;
    this.#waking = true;
    setImmediate(() => {
      this.#waking = false;
      this.wake();
    });
  }

  /**
   * Resolves after `ms`, on the next wake-up since `version` was read, or when `signal` is aborted.
   * @param names - what is slept over: changes of other things need not wake. Default: everything
   */
  until(version: number, ms: number, signal: AbortSignal, names?: readonly string[]): Promise<void> {
    if (this.#version !== version || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wakeUp = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', wakeUp);
        this.#sleepers.delete(wakeUp);
        resolve();
      };
      const timer = this.#clock.setTimer(Math.max(1, ms), wakeUp);
      signal.addEventListener('abort', wakeUp);
      this.#sleepers.set(wakeUp, names);
    });
  }
}
