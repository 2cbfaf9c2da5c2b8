import type { JointWork } from '@celeriac/protocol';
import type { Delivery } from './delivery.ts';
import type { Receipt } from './queue-store.ts';
import type { JointSettlement } from './transport.ts';
import { VirtualDelivery } from './virtual-delivery.ts';

/** What a store brings so that a result store of the same database can settle in its own transaction. */
export interface JointParts {
  readonly domain: string;
  /** What settles those of the receipts that are still held and returns a row `{ guard }` for each. */
  settling(receipts: readonly Receipt[]): Omit<JointWork, 'domain'>;
}

/** Claims deliveries of a virtual transport for a settlement that somebody else makes. */
export class VirtualJointSettlement implements JointSettlement {
  readonly domain: string;
  readonly #parts: JointParts;

  constructor(parts: JointParts) {
    this.domain = parts.domain;
    this.#parts = parts;
  }

  begin(deliveries: readonly Delivery[]): { readonly work: JointWork; end(settled: readonly string[] | Error): void } {
    const claimed = claimAll(deliveries);
    const { statement, effect } = this.#parts.settling(claimed.map((delivery) => delivery.receipt));
    const work = { domain: this.domain, statement, ...(effect !== undefined && { effect }) };
    return { work, end: (settled) => endAll(claimed, settled) };
  }
}

/** All or none. */
function claimAll(deliveries: readonly Delivery[]): readonly VirtualDelivery[] {
  const claimed: VirtualDelivery[] = [];
  try {
    for (const delivery of deliveries) {
      if (!(delivery instanceof VirtualDelivery)) throw new TypeError('A delivery of another transport was handed in.');
      delivery.claim();
      claimed.push(delivery);
    }
    return claimed;
  } catch (error) {
    for (const delivery of claimed) delivery.unclaim();
    throw error;
  }
}

function endAll(deliveries: readonly VirtualDelivery[], settled: readonly string[] | Error): void {
  if (settled instanceof Error) {
    for (const delivery of deliveries) delivery.unclaim(settled);
    return;
  }
  const receipts = new Set(settled);
  for (const delivery of deliveries) delivery.confirm(receipts.has(delivery.receipt));
}
