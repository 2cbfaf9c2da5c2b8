import { backoffMs, type Clock } from '@celeriac/protocol';

const BACKOFF = Object.freeze({ baseMs: 500, factor: 2, maxMs: 30_000 });

/** Delays the return of messages that nothing can be done with now, so that they do not come back at once, for ever. */
export class RequeueBackoff {
  readonly #clock: Clock;
  readonly #hurry: PromiseWithResolvers<void> = Promise.withResolvers();
  #failures = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after a while, longer with every failure in a row. */
  async pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimer(backoffMs(this.#failures++, BACKOFF), resolve);
    await Promise.race([promise, this.#hurry.promise]);
    timer.cancel();
  }

  /** It works again. */
  reset(): void {
    this.#failures = 0;
  }

  /** The worker ends: nobody waits any more. */
  close(): void {
    this.#hurry.resolve();
  }
}
