import { EventEmitter } from 'node:events';
import type { Clock } from '@celeriac/protocol';
import {
  ConnectionLostError,
  type QueuedMessage,
  type QueueStore,
  type Receipt,
  type Settlement,
  type TakenMessage,
} from '@celeriac/transport';

interface Kept {
  readonly queued: QueuedMessage;
  /** Order of arrival; a message that comes back keeps its place. */
  readonly order: number;
  deliveries: number;
}

interface Held {
  readonly kept: Kept;
  readonly owner: SoundStore;
  leaseEndsMs: number;
}

/** How often a waiting take looks at the clock, for leases and delays. Milliseconds. */
const LOOK_AGAIN_MS = 20;
const PRIORITY_LEVELS = 10;

/** A server with priorities, delays and leases: what the flaws of broken transports are put on. */
export class SoundBroker {
  readonly changes: EventEmitter = new EventEmitter().setMaxListeners(0);
  readonly held: Map<Receipt, Held> = new Map();
  readonly leaseMs: number;
  waiting: Kept[] = [];
  #arrivals = 0;
  #takings = 0;

  constructor(leaseMs: number) {
    this.leaseMs = leaseMs;
  }

  add(messages: readonly QueuedMessage[]): void {
    for (const queued of messages) this.waiting.push({ queued, order: this.#arrivals++, deliveries: 0 });
    this.changes.emit('more');
  }

  take(owner: SoundStore, queues: readonly string[], max: number, nowMs: number): TakenMessage[] {
    this.returnExpired(nowMs);
    const isReady = ({ queued }: Kept): boolean => queues.includes(queued.queue) && (queued.deliverAt ?? 0) <= nowMs;
    const ready = this.waiting.filter(isReady).sort(servedBefore).slice(0, max);
    const taken = new Set(ready);
    if (taken.size > 0) this.waiting = this.waiting.filter((kept) => !taken.has(kept));
    return ready.map((kept) => this.#hold(owner, kept, nowMs));
  }

  giveBack(receipt: Receipt): void {
    const held = this.held.get(receipt);
    if (held === undefined) return;
    this.held.delete(receipt);
    this.waiting.push(held.kept);
    this.changes.emit('more');
  }

  returnExpired(nowMs: number): void {
    for (const [receipt, held] of this.held) if (held.leaseEndsMs <= nowMs) this.giveBack(receipt);
  }

  #hold(owner: SoundStore, kept: Kept, nowMs: number): TakenMessage {
    const receipt = `r${++this.#takings}`;
    kept.deliveries += 1;
    this.held.set(receipt, { kept, owner, leaseEndsMs: nowMs + this.leaseMs });
    const { queue, message, exchange, routingKey } = kept.queued;
    const redelivered = kept.deliveries > 1;
    return { receipt, queue, message, exchange, routingKey, redelivered, deliveryCount: kept.deliveries };
  }
}

function servedBefore(a: Kept, b: Kept): number {
  const [left, right] = [priorityOf(a), priorityOf(b)];
  return right - left || a.order - b.order;
}

function priorityOf({ queued }: Kept): number {
  return Math.min(Math.max(queued.message.properties.priority ?? 0, 0), PRIORITY_LEVELS - 1);
}

/** One client's connection to a {@link SoundBroker}. */
export class SoundStore implements QueueStore {
  readonly broker: SoundBroker;
  readonly #clock: Clock;
  #dead = false;

  constructor(broker: SoundBroker, clock: Clock) {
    this.broker = broker;
    this.#clock = clock;
  }

  /** The process is gone: it takes and renews nothing more. What it still sends reaches the broker late. */
  die(): void {
    this.#dead = true;
    this.broker.changes.emit('more');
  }

  async put(messages: readonly QueuedMessage[]): Promise<void> {
    this.#requireLife();
    this.broker.add(messages);
  }

  async take(
    queues: readonly string[],
    max: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<readonly TakenMessage[]> {
    const endMs = this.#clock.monotonic() + waitMs;
    while (!signal.aborted) {
      this.#requireLife();
      const taken = this.broker.take(this, queues, max, this.#clock.now());
      if (taken.length > 0 || this.#clock.monotonic() >= endMs) return taken;
      await this.#change(signal);
    }
    return [];
  }

  async settle(settlements: readonly Settlement[]): Promise<readonly Receipt[]> {
    this.broker.returnExpired(this.#clock.now());
    const lost = settlements.map(({ receipt }) => receipt).filter((receipt) => !this.broker.held.has(receipt));
    for (const { receipt, how } of settlements) {
      if (how === 'requeue') this.broker.giveBack(receipt);
      else this.broker.held.delete(receipt);
    }
    return lost;
  }

  async renew(receipts: readonly Receipt[]): Promise<readonly Receipt[]> {
    this.#requireLife();
    const now = this.#clock.now();
    this.broker.returnExpired(now);
    for (const receipt of receipts) {
      const held = this.broker.held.get(receipt);
      if (held !== undefined) held.leaseEndsMs = now + this.broker.leaseMs;
    }
    return receipts.filter((receipt) => !this.broker.held.has(receipt));
  }

  async size(queue: string): Promise<number> {
    return this.broker.waiting.filter(({ queued }) => queued.queue === queue).length;
  }

  async purge(queue: string): Promise<number> {
    const before = this.broker.waiting.length;
    this.broker.waiting = this.broker.waiting.filter(({ queued }) => queued.queue !== queue);
    return before - this.broker.waiting.length;
  }

  async remove(queue: string): Promise<void> {
    await this.purge(queue);
  }

  async close(): Promise<void> {
    for (const [receipt, held] of this.broker.held) if (held.owner === this) this.broker.giveBack(receipt);
  }

  #requireLife(): void {
    if (this.#dead) throw new ConnectionLostError('sound://', 'the process is gone');
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        this.broker.changes.off('more', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#clock.setTimer(LOOK_AGAIN_MS, done);
      this.broker.changes.once('more', done);
      signal.addEventListener('abort', done);
    });
  }
}
