import type { Receipt } from './queue-store.ts';
import type { VirtualDelivery } from './virtual-delivery.ts';

/** Everything that the consumers of one transport hold, by receipt. */
export class HeldDeliveries {
  readonly #byReceipt: Map<Receipt, VirtualDelivery> = new Map();

  get size(): number {
    return this.#byReceipt.size;
  }

  add(delivery: VirtualDelivery): void {
    this.#byReceipt.set(delivery.receipt, delivery);
  }

  delete(delivery: VirtualDelivery): void {
    this.#byReceipt.delete(delivery.receipt);
  }

  receipts(): readonly Receipt[] {
    return [...this.#byReceipt.keys()];
  }

  /** Marks deliveries as not held. @returns the receipts of those that were open until now */
  lose(receipts: readonly Receipt[]): readonly Receipt[] {
    return receipts.filter((receipt) => this.#byReceipt.get(receipt)?.lose() === true);
  }

  /** Marks all deliveries as not held. @returns the receipts of those that were open until now */
  loseAll(): readonly Receipt[] {
    return this.lose(this.receipts());
  }
}
