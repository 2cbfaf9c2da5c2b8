import { EventEmitter, once } from 'node:events';
import type { QueuedMessage, QueueStore, Receipt, Settlement, TakenMessage } from '@celeriac/transport';

type Kept = QueuedMessage & { deliveries: number };
type Server = { waiting: Set<Kept>; readonly changes: EventEmitter };
/** Stands for the servers of a real broker, by address. */
const servers = new Map<string, Server>();

export class ReferenceQueueStore implements QueueStore {
  readonly #server: Server;
  #held = new Map<Receipt, Kept>();
  #takings = 0;
  constructor({ url }: { readonly url: string }) {
    this.#server = servers.get(url) ?? { waiting: new Set(), changes: new EventEmitter().setMaxListeners(0) };
    servers.set(url, this.#server);
  }
  async put(messages: readonly QueuedMessage[]): Promise<void> {
    for (const message of messages) this.#server.waiting.add({ ...message, deliveries: 0 });
    this.#server.changes.emit('more');
  }
  async take(queues: readonly string[], max: number, waitMs: number, signal: AbortSignal): Promise<TakenMessage[]> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
    while (!patience.aborted) {
      const next = this.#waitingIn(queues).slice(0, max);
      if (next.length > 0) return next.map((kept) => this.#hold(kept));
      await once(this.#server.changes, 'more', { signal: patience }).catch(() => {});
    }
    return [];
  }
  async settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]> {
    const lost = await this.renew(settlements.map(({ receipt }) => receipt));
    const requeued = settlements.filter(({ how }) => how === 'requeue').map(({ receipt }) => this.#held.get(receipt));
    for (const { receipt } of settlements) this.#held.delete(receipt);
    this.#putBack(requeued.filter((kept) => kept !== undefined));
    return lost;
  }
  renew = async (receipts: readonly Receipt[]): Promise<readonly Receipt[]> =>
    receipts.filter((receipt) => !this.#held.has(receipt));
  size = async (queue: string): Promise<number> => this.#waitingIn([queue]).length;
  purge = async (queue: string): Promise<number> =>
    this.#waitingIn([queue]).filter((kept) => this.#server.waiting.delete(kept)).length;
  remove = async (queue: string): Promise<void> => void (await this.purge(queue));
  async close(): Promise<void> {
    this.#putBack([...this.#held.values()]);
    this.#held = new Map();
  }
  #waitingIn = (queues: readonly string[]): readonly Kept[] =>
    [...this.#server.waiting].filter((kept) => queues.includes(kept.queue));
  #hold(kept: Kept): TakenMessage {
    const receipt = `${++this.#takings}`;
    this.#server.waiting.delete(kept);
    this.#held.set(receipt, kept);
    kept.deliveries++;
    return { ...kept, receipt, redelivered: kept.deliveries > 1, deliveryCount: kept.deliveries };
  }
  #putBack(front: readonly Kept[]): void {
    this.#server.waiting = new Set([...front, ...this.#server.waiting]);
    this.#server.changes.emit('more');
  }
}
