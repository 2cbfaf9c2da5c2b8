import type { Receipt, TakenMessage } from '@celeriac/transport';
import { givenBack, takenOf } from './stored-envelope.ts';

/** Messages that wait in one queue. */
const MOST_MESSAGES = 10_000;
/** What they may come to, in bytes. */
const MOST_BYTES = 32 * 1024 * 1024;
const RECEIPT = 'live:';

interface LiveQueue {
  waiting: Buffer[];
  bytes: number;
}

/**
 * Queues that live in this process alone: temporary ones that a channel fills, of a monitor for instance. Nothing of them
 * is on the server, so a reader that hangs fills nothing there; here the oldest messages give way.
 */
export class LiveQueues {
  readonly #queues: Map<string, LiveQueue> = new Map();
  /** Handed out and not settled. */
  readonly #held: Map<Receipt, { readonly queue: string; readonly text: Buffer }> = new Map();
  readonly #mostMessages: number;
  readonly #mostBytes: number;
  #taken = 0;
  #dropped = 0;

  constructor(mostMessages: number = MOST_MESSAGES, mostBytes: number = MOST_BYTES) {
    this.#mostMessages = mostMessages;
    this.#mostBytes = mostBytes;
  }

  /** Messages that had to give way. */
  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  add(queue: string): void {
    if (!this.#queues.has(queue)) this.#queues.set(queue, { waiting: [], bytes: 0 });
  }

  has(queue: string): boolean {
    return this.#queues.has(queue);
  }

  /** @returns false where there is no such queue */
  push(name: string, text: Buffer): boolean {
    const queue = this.#queues.get(name);
    if (queue === undefined) return false;
    queue.waiting.push(text);
    queue.bytes += text.length;
    if (queue.waiting.length > this.#mostMessages || queue.bytes > this.#mostBytes) this.#shorten(queue);
    return true;
  }

  take(queues: readonly string[], max: number): readonly TakenMessage[] {
    const taken: TakenMessage[] = [];
    for (const name of queues) {
      const queue = this.#queues.get(name);
      if (queue === undefined || queue.waiting.length === 0) continue;
      for (const text of queue.waiting.splice(0, max - taken.length)) {
        queue.bytes -= text.length;
        const receipt = `${RECEIPT}${++this.#taken}`;
        this.#held.set(receipt, { queue: name, text });
        taken.push(takenOf(text, name, receipt));
      }
      if (taken.length >= max) break;
    }
    return taken;
  }

  /** Whether the receipt is of a message from here. */
  gave(receipt: Receipt): boolean {
    return receipt.startsWith(RECEIPT);
  }

  /** @returns its queue; undefined when it was settled before */
  settle(receipt: Receipt, isBack: boolean): string | undefined {
    const held = this.#held.get(receipt);
    if (held === undefined) return undefined;
    this.#held.delete(receipt);
    const queue = this.#queues.get(held.queue);
    if (!isBack || queue === undefined) return held.queue;
    const text = Buffer.from(givenBack(held.text).text);
    queue.waiting.unshift(text);
    queue.bytes += text.length;
    return held.queue;
  }

  size(queue: string): number {
    return this.#queues.get(queue)?.waiting.length ?? 0;
  }

  /** @returns how many messages are gone */
  purge(name: string): number {
    const queue = this.#queues.get(name);
    if (queue === undefined) return 0;
    const count = queue.waiting.length;
    queue.waiting = [];
    queue.bytes = 0;
    return count;
  }

  remove(queue: string): void {
    this.#queues.delete(queue);
  }

  /** Drops a tenth at once, so that a full queue does not move all of its messages for each that comes. */
  #shorten(queue: LiveQueue): void {
    const most = Math.floor(this.#mostMessages * 0.9);
    let first = Math.max(0, queue.waiting.length - most);
    let bytes = queue.bytes;
    for (let at = 0; at < queue.waiting.length; at++) {
      if (at >= first && bytes <= this.#mostBytes) break;
      bytes -= queue.waiting[at]!.length;
      if (at >= first) first++;
    }
    this.#dropped += first;
    queue.waiting = queue.waiting.slice(first);
    queue.bytes = bytes;
  }
}
