import { Roster } from '@celeriac/protocol';
import type { Receipt } from './queue-store.ts';
import type { VirtualDelivery } from './virtual-delivery.ts';

/**
 * Everything that the consumers of one transport hold. The deliveries themselves, since they come and go all the time, while
 * receipts are looked up only when some are lost.
 */
export class HeldDeliveries {
  readonly #deliveries: Roster<VirtualDelivery> = new Roster();

  get size(): number {
    return this.#deliveries.size;
  }

  add(delivery: VirtualDelivery): void {
    this.#deliveries.add(delivery);
  }

  delete(delivery: VirtualDelivery): void {
    this.#deliveries.delete(delivery);
  }

  receipts(): readonly Receipt[] {
    return Array.from(this.#deliveries, ({ receipt }) => receipt);
  }

  /** Marks deliveries as not held. @returns the receipts of those that were open until now */
  lose(receipts: readonly Receipt[]): readonly Receipt[] {
    if (receipts.length === 0) return [];
    const wanted = new Set(receipts);
    const lost = Array.from(this.#deliveries).filter(({ receipt }) => wanted.has(receipt));
    return lost.filter((delivery) => delivery.lose()).map(({ receipt }) => receipt);
  }

  /** Marks all deliveries as not held. @returns the receipts of those that were open until now */
  loseAll(): readonly Receipt[] {
    return this.lose(this.receipts());
  }
}
