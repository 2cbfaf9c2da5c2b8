import type { RawMessage } from '@celeriac/protocol';
import type { QueuedMessage } from '@celeriac/transport';
import { DelayHeap } from './delay-heap.ts';
import { Deque } from './deque.ts';

const LEVELS = 10;

/** A message in a queue or held by a consumer. */
export class StoredMessage {
  readonly queue: MemoryQueue;
  readonly message: RawMessage;
  readonly exchange: string;
  readonly routingKey: string;
  readonly level: number;
  deliveries = 0;

  constructor(queue: MemoryQueue, { message, exchange, routingKey }: QueuedMessage) {
    this.queue = queue;
    this.message = message;
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.level = levelOf(message.properties.priority);
  }
}

/** The waiting messages of one queue: by priority, highest first, then in order of arrival. */
export class MemoryQueue {
  readonly name: string;
  /** Set when the queue was removed; what comes back to it then is dropped with it. */
  removed = false;
  #levels: (Deque<StoredMessage> | undefined)[] = new Array(LEVELS).fill(undefined);
  #delayed: DelayHeap<StoredMessage> = new DelayHeap();
  /** No level above this one holds messages. */
  #top = 0;
  #ready = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Messages that can be taken now. */
  get ready(): number {
    return this.#ready;
  }

  /** Waiting messages, delayed ones included. */
  get size(): number {
    return this.#ready + this.#delayed.length;
  }

  /** Waiting messages in the order in which they will be taken, delayed ones last. */
  get waiting(): readonly StoredMessage[] {
    const ready = this.#levels.toReversed().flatMap((level) => (level === undefined ? [] : [...level]));
    return [...ready, ...this.#delayed.items];
  }

  get nextDueMs(): number | undefined {
    return this.#delayed.nextDueMs;
  }

  push(stored: StoredMessage): void {
    this.#level(stored.level).pushBack(stored);
    this.#ready++;
  }

  /** Back to where it was taken from. */
  unshift(stored: StoredMessage): void {
    this.#level(stored.level).pushFront(stored);
    this.#ready++;
  }

  delay(stored: StoredMessage, deliverAtMs: number): void {
    this.#delayed.push(stored, deliverAtMs);
  }

  /** Delayed messages whose time has come can be taken from now on. */
  releaseDue(nowMs: number): void {
    for (;;) {
      const stored = this.#delayed.popDue(nowMs);
      if (stored === undefined) return;
      this.push(stored);
    }
  }

  shift(): StoredMessage | undefined {
    if (this.#ready === 0) return undefined;
    for (;;) {
      const stored = this.#levels[this.#top]?.popFront();
      if (stored !== undefined) {
        this.#ready--;
        return stored;
      }
      this.#top--;
    }
  }

  /** Drops all waiting messages. @returns how many */
  clear(): number {
    const dropped = this.size;
    this.#levels = new Array(LEVELS).fill(undefined);
    this.#delayed = new DelayHeap();
    this.#top = 0;
    this.#ready = 0;
    return dropped;
  }

  #level(level: number): Deque<StoredMessage> {
    if (level > this.#top) this.#top = level;
    const known = this.#levels[level];
    if (known !== undefined) return known;
    const created = new Deque<StoredMessage>();
    this.#levels[level] = created;
    return created;
  }
}

/** Anything outside 0..9 counts as the nearer end; what is no number as 0. */
function levelOf(priority: number | undefined): number {
  if (priority === undefined || Number.isNaN(priority)) return 0;
  return Math.min(LEVELS - 1, Math.max(0, Math.trunc(priority)));
}
