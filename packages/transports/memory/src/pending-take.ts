import type { Clock, Timer } from '@celeriac/protocol';
import type { TakenMessage } from '@celeriac/transport';
import type { MemoryBroker, WaitingTake } from './memory-broker.ts';

export interface PendingTakeOptions {
  readonly broker: MemoryBroker;
  readonly clock: Clock;
  readonly queues: readonly string[];
  /** Most messages it may take. */
  readonly max: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Takes what is ready in its queues, at most `most`. */
  readonly collect: (most: number) => readonly TakenMessage[];
}

/** A take that found nothing ready. It is over with the first messages, after its wait, or by its signal. */
export class PendingTake implements WaitingTake {
  readonly queues: readonly string[];
  readonly #options: PendingTakeOptions;
  readonly #deadlineMs: number;
  readonly #result: PromiseWithResolvers<readonly TakenMessage[]> = Promise.withResolvers();
  readonly #onAbort: () => void = () => this.end();
  readonly #onTimer: () => void = () => this.#timerFired();
  #timer: Timer | undefined;
  /** When the timer fires, by the wall clock. */
  #timerDueMs = Number.POSITIVE_INFINITY;

  constructor(options: PendingTakeOptions) {
    this.#options = options;
    this.queues = options.queues;
    this.#deadlineMs = options.clock.monotonic() + options.waitMs;
    options.signal.addEventListener('abort', this.#onAbort);
    options.broker.wait(this);
    this.#arm();
  }

  get taken(): Promise<readonly TakenMessage[]> {
    return this.#result.promise;
  }

  serve(share: number): void {
    const taken = this.#options.collect(Math.min(this.#options.max, share));
    if (taken.length > 0) this.#finish(taken);
  }

  reschedule(): void {
    if (this.#options.broker.nextDueMs(this.queues) >= this.#timerDueMs) return;
    this.#timer?.cancel();
    this.#arm();
  }

  /** Nothing came. */
  end(): void {
    this.#finish([]);
  }

  #finish(taken: readonly TakenMessage[]): void {
    this.#timer?.cancel();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#options.broker.leave(this);
    this.#result.resolve(taken);
  }

  #timerFired(): void {
    const taken = this.#options.collect(this.#options.max);
    if (taken.length > 0 || this.#options.clock.monotonic() >= this.#deadlineMs) this.#finish(taken);
    else this.#arm();
  }

  /** Until the next delayed message is due, or the wait is over. */
  #arm(): void {
    const { broker, clock } = this.#options;
    const now = clock.now();
    const waitMs = this.#deadlineMs - clock.monotonic();
    const delayMs = Math.min(waitMs, Math.max(0, broker.nextDueMs(this.queues) - now));
    this.#timerDueMs = now + delayMs;
    this.#timer = clock.setTimer(delayMs, this.#onTimer);
  }
}
