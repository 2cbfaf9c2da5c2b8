import type { Clock, Logger, Timer } from '@celeriac/protocol';
import type { BeatLease, BeatStore } from '../store/beat-store.ts';

/** Renews a lease in the background, so that a slow broker costs nobody the lead. */
export class LeaseKeeper {
  readonly #store: BeatStore;
  readonly #lease: BeatLease;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #onLost: (reason: string) => void;
  #timer: Timer | undefined;
  #renewedAtMs: number;
  #isStopped = false;

  /** @param onLost - called once, when another one leads or nobody knows */
  constructor(
    parts: { readonly store: BeatStore; readonly clock: Clock; readonly logger: Logger },
    lease: BeatLease,
    ttlMs: number,
    onLost: (reason: string) => void,
  ) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#lease = lease;
    this.#ttlMs = ttlMs;
    this.#onLost = onLost;
    this.#renewedAtMs = this.#clock.monotonic();
    this.#arm();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #arm(): void {
    if (!this.#isStopped) this.#timer = this.#clock.setTimer(this.#ttlMs / 3, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    try {
      if (!(await this.#store.renew(this.#lease, this.#ttlMs))) {
        this.#lose('another beat leads');
        return;
      }
      this.#renewedAtMs = this.#clock.monotonic();
    } catch (error) {
      const silentMs = this.#clock.monotonic() - this.#renewedAtMs;
      if (silentMs >= this.#ttlMs) {
        this.#lose(error instanceof Error ? error.message : String(error));
        return;
      }
    }
    this.#arm();
  }

  #lose(reason: string): void {
    if (this.#isStopped) return;
    this.stop();
    this.#onLost(reason);
  }
}
