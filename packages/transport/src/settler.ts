import { Coalescer } from './coalescer.ts';
import type { QueueStore, Settlement } from './queue-store.ts';
import type { VirtualDelivery } from './virtual-delivery.ts';

/** Sends the settlements of one turn of the event loop to the store together. */
export class Settler {
  readonly #store: QueueStore;
  readonly #coalescer: Coalescer<VirtualDelivery>;

  constructor(store: QueueStore) {
    this.#store = store;
    // Whoever waits for a result waits for what is stored in the same turn, nobody for a settlement.
    this.#coalescer = new Coalescer((deliveries) => this.#send(deliveries), { last: true });
  }

  /** Takes a claimed delivery. */
  add(delivery: VirtualDelivery): void {
    this.#coalescer.add(delivery);
  }

  /** What was added is on its way to the store when this returns. */
  flush(): void {
    this.#coalescer.flush();
  }

  /** Resolves when every settlement was confirmed or has failed. */
  idle(): Promise<void> {
    return this.#coalescer.idle();
  }

  async #send(deliveries: readonly VirtualDelivery[]): Promise<void> {
    const settlements: Settlement[] = [];
    for (const { receipt, how } of deliveries) settlements.push({ receipt, how });
    try {
      const lost = await this.#store.settle(settlements);
      const lostReceipts = lost.length === 0 ? undefined : new Set(lost);
      for (const delivery of deliveries) delivery.confirm(!lostReceipts?.has(delivery.receipt));
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      for (const delivery of deliveries) delivery.unclaim(reason);
    }
  }
}
