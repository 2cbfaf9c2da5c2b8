import type { Clock, Logger } from '@celeriac/protocol';
import type { HeldDeliveries } from './held-deliveries.ts';
import { LeaseThreadHost } from './lease-thread.ts';
import { LeaseTimer } from './lease-timer.ts';
import type { LeaseThread, QueueStore, Receipt } from './queue-store.ts';
import { LeaseLostError } from './transport-errors.ts';

export interface LeaseKeeperOptions {
  readonly leaseMs: number;
  readonly thread: LeaseThread | undefined;
  readonly store: QueueStore;
  readonly held: HeldDeliveries;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Masked. */
  readonly url: string;
  /** All leases ran out at once. */
  readonly onAllLost: (error: LeaseLostError) => void;
}

/**
 * Prolongs the leases of what the transport holds: by a thread of its own where the store offers one, from a timer on
 * this thread otherwise, and while that thread is starting or has crashed.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #timer: LeaseTimer;
  readonly #host: LeaseThreadHost | undefined;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    const { leaseMs, thread, store, held, clock, logger } = options;
    this.#timer = new LeaseTimer({
      leaseMs,
      clock,
      logger,
      receipts: () => held.receipts(),
      renew: (receipts) => store.renew(receipts),
      onLost: (receipts) => this.#lost(receipts),
    });
    if (thread !== undefined) {
      const onHealth = (renewing: boolean): void => (renewing ? this.#timer.pause() : this.#timer.resume());
      this.#host = new LeaseThreadHost({
        leaseMs,
        thread,
        clock,
        logger,
        onHealth,
        onLost: (why) => this.#allLost(why),
      });
    }
  }

  /** A consumer is about to take messages. */
  open(): void {
    this.#host?.start();
  }

  /** Deliveries are held. Cheap; call it with every batch. */
  holding(): void {
    this.#timer.start();
  }

  async close(): Promise<void> {
    this.#timer.pause();
    await this.#host?.close();
  }

  #lost(receipts: readonly Receipt[]): void {
    const { held, logger, url } = this.#options;
    const deliveries = held.lose(receipts).length;
    if (deliveries > 0) logger.error('Leases ran out; the messages will be delivered again', { url, deliveries });
  }

  #allLost(reason: string): void {
    const { held, logger, url, store, onAllLost } = this.#options;
    const receipts = held.loseAll();
    if (receipts.length === 0) return;
    logger.error('Leases ran out; the messages will be delivered again', { url, deliveries: receipts.length, reason });
    // Should some of them still be leased after all, nobody would ever settle them: this gives them back.
    store.settle(receipts.map((receipt) => ({ receipt, how: 'requeue' }))).catch((error: unknown) => {
      logger.debug('Lost deliveries could not be given back', { url, error });
    });
    onAllLost(new LeaseLostError(url, receipts.length));
  }
}
