import type { Clock } from '@celeriac/protocol';
import {
  ConnectionLostError,
  type QueuedMessage,
  type QueueStore,
  type Receipt,
  type Settlement,
  type TakenMessage,
} from '@celeriac/transport';
import type { MemoryBroker } from './memory-broker.ts';
import type { StoredMessage } from './memory-queue.ts';
import { PendingTake } from './pending-take.ts';

/** One connection to a broker in memory: what it takes it holds until it settles or closes. */
export class MemoryQueueStore implements QueueStore {
  readonly #broker: MemoryBroker;
  readonly #clock: Clock;
  readonly #url: string;
  readonly #held: Map<Receipt, StoredMessage> = new Map();
  readonly #waiting: Set<PendingTake> = new Set();
  #receipts = 0;
  #turn = 0;
  #closed = false;

  constructor(broker: MemoryBroker, clock: Clock, url: string) {
    this.#broker = broker;
    this.#clock = clock;
    this.#url = url;
  }

  async put(messages: readonly QueuedMessage[]): Promise<void> {
    this.#requireOpen();
    this.#broker.put(messages, this.#clock.now());
  }

  async take(
    queues: readonly string[],
    max: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<readonly TakenMessage[]> {
    this.#requireOpen();
    if (signal.aborted || max <= 0 || queues.length === 0) return [];
    const ready = this.#collect(queues, max);
    if (ready.length > 0 || waitMs <= 0) return ready;
    const collect = (most: number): readonly TakenMessage[] => this.#collect(queues, most);
    const take = new PendingTake({ broker: this.#broker, clock: this.#clock, collect, queues, max, waitMs, signal });
    this.#waiting.add(take);
    try {
      return await take.taken;
    } finally {
      this.#waiting.delete(take);
    }
  }

  async settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]> {
    this.#requireOpen();
    const lost: Receipt[] = [];
    const requeued: StoredMessage[] = [];
    for (const { receipt, how } of settlements) {
      const stored = this.#held.get(receipt);
      if (stored === undefined) {
        lost.push(receipt);
        continue;
      }
      this.#held.delete(receipt);
      if (how === 'requeue') requeued.push(stored);
    }
    if (requeued.length > 0) this.#broker.putBack(requeued);
    return lost;
  }

  async renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    this.#requireOpen();
    return receipts.filter((receipt) => !this.#held.has(receipt));
  }

  async size(queue: string): Promise<number> {
    this.#requireOpen();
    return this.#broker.size(queue);
  }

  async purge(queue: string): Promise<number> {
    this.#requireOpen();
    return this.#broker.purge(queue);
  }

  async remove(queue: string): Promise<void> {
    this.#requireOpen();
    this.#broker.remove(queue);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const take of [...this.#waiting]) take.end();
    const held = [...this.#held.values()];
    this.#held.clear();
    this.#broker.putBack(held);
  }

  /** Takes what is ready, at most `max`, and holds it. */
  #collect(queues: readonly string[], max: number): readonly TakenMessage[] {
    const stored = this.#broker.collect(queues, max, this.#clock.now(), this.#turn++);
    return stored.map((message) => this.#hold(message));
  }

  #hold(stored: StoredMessage): TakenMessage {
    const receipt = String(++this.#receipts);
    this.#held.set(receipt, stored);
    const deliveryCount = ++stored.deliveries;
    const { queue, message, exchange, routingKey } = stored;
    return { receipt, queue: queue.name, message, exchange, routingKey, redelivered: deliveryCount > 1, deliveryCount };
  }

  #requireOpen(): void {
    if (this.#closed) throw new ConnectionLostError(this.#url, 'it was closed');
  }
}
