import { backoffMs, type Clock } from '@celeriac/protocol';

/** Reading that lasts this long works: the next interruption is the first one again. */
const HEALTHY_MS = 10_000;
const BACKOFF = Object.freeze({ baseMs: 100, factor: 2, maxMs: 30_000 });
/** A broker that cuts connections is there again at once, or else connecting has pauses of its own. */
const LONGEST_AFTER_CUT_MS = 500;

/** The first interruption is mended at once; what follows shortly after waits ever longer. */
export class RestartPauses {
  readonly #clock: Clock;
  #interruptions = 0;
  #workingSinceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It works, from now on. */
  works(): void {
    this.#workingSinceMs = this.#clock.monotonic();
  }

  /**
   * Resolves when it may be tried again, or when `signal` is aborted.
   * @param isCut - the connection was lost; else something on it was refused, or ended
   */
  async pause(isCut: boolean, signal: AbortSignal): Promise<void> {
    if (this.#clock.monotonic() - this.#workingSinceMs >= HEALTHY_MS) this.#interruptions = 0;
    const retries = this.#interruptions++;
    if (retries === 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => resolve();
    const pauseMs = Math.min(backoffMs(retries - 1, BACKOFF), isCut ? LONGEST_AFTER_CUT_MS : BACKOFF.maxMs);
    const timer = this.#clock.setTimer(pauseMs, resolve);
    signal.addEventListener('abort', onAbort, { once: true });
    await promise;
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
