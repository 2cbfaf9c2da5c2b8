import type { Clock, Logger, Timer } from '@celeriac/protocol';
import type { Receipt } from './queue-store.ts';

export interface LeaseTimerOptions {
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is held now; nothing is renewed while this is empty. */
  readonly receipts: () => readonly Receipt[];
  /** Prolongs leases. @returns those that were not held any more */
  readonly renew: (receipts: readonly Receipt[]) => Promise<readonly Receipt[]>;
  readonly onLost: (receipts: readonly Receipt[]) => void;
}

/**
 * Renews what is held every third of the lease, from the event loop of this thread: code that blocks it for longer than
 * the lease loses the messages.
 */
export class LeaseTimer {
  readonly #options: LeaseTimerOptions;
  #timer: Timer | undefined;
  #renewing = false;
  #paused = false;
  /** When everything held was certainly leased, by the monotonic clock. */
  #renewedAt = 0;
  #warned = false;

  constructor(options: LeaseTimerOptions) {
    this.#options = options;
  }

  /** Something is held. Cheap; call it with every batch. */
  start(): void {
    if (this.#timer !== undefined || this.#renewing || this.#paused) return;
    this.#renewedAt = this.#options.clock.monotonic();
    this.#arm();
  }

  /** Somebody else renews. */
  pause(): void {
    this.#paused = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Nobody else renews any more: renews at once and goes on. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#renewedAt = this.#options.clock.monotonic();
    void this.#renew();
  }

  #arm(): void {
    this.#timer = this.#options.clock.setTimer(this.#options.leaseMs / 3, () => void this.#renew(), { ref: false });
  }

  async #renew(): Promise<void> {
    this.#timer = undefined;
    if (this.#renewing) return;
    const receipts = this.#options.receipts();
    if (receipts.length === 0) return;
    this.#renewing = true;
    const startedAt = this.#options.clock.monotonic();
    try {
      const lost = await this.#options.renew(receipts);
      this.#renewedAt = startedAt;
      this.#warned = false;
      if (lost.length > 0) this.#options.onLost(lost);
    } catch (error) {
      this.#failed(receipts, error);
    }
    this.#renewing = false;
    if (!this.#paused) this.#arm();
  }

  #failed(receipts: readonly Receipt[], error: unknown): void {
    const { clock, leaseMs, logger, onLost } = this.#options;
    if (clock.monotonic() - this.#renewedAt >= leaseMs) {
      onLost(receipts);
    } else if (!this.#warned) {
      this.#warned = true;
      logger.warning('Leases could not be renewed, trying again', { error });
    }
  }
}
