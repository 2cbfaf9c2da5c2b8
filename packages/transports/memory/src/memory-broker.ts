import type { RawMessage } from '@celeriac/protocol';
import { MemoryBindingStore, type QueuedMessage } from '@celeriac/transport';
import { MemoryQueue, StoredMessage } from './memory-queue.ts';

/** A take that waits for messages. */
export interface WaitingTake {
  readonly queues: readonly string[];
  /** Takes at most `share` messages now, if any are ready, and is over then. */
  serve(share: number): void;
  /** A delayed message arrived in one of its queues. */
  reschedule(): void;
}

/**
 * A broker in this process: queues, exchanges and bindings, shared by all transports that are given it. Nothing
 * survives the process.
 *
 * It has no clock and no timers of its own; transports bring theirs.
 */
export class MemoryBroker {
  /** Exchanges and bindings of all its transports. */
  readonly bindings: MemoryBindingStore = new MemoryBindingStore();
  readonly #queues: Map<string, MemoryQueue> = new Map();
  readonly #waiting: Map<string, Set<WaitingTake>> = new Map();

  /** Adds messages and serves those who wait for them. */
  put(messages: readonly QueuedMessage[], nowMs: number): void {
    const touched = new Set<MemoryQueue>();
    let queue: MemoryQueue | undefined;
    for (const message of messages) {
      if (queue?.name !== message.queue) {
        queue = this.#queueOf(message.queue);
        touched.add(queue);
      }
      const stored = new StoredMessage(queue, message);
      if (message.deliverAt === undefined || message.deliverAt <= nowMs) queue.push(stored);
      else queue.delay(stored, message.deliverAt);
    }
    for (const each of touched) this.#serve(each);
  }

  /**
   * Takes ready messages, one from each queue in turn.
   * @param start - which queue begins; callers count it up, so that no queue is always first
   */
  collect(names: readonly string[], max: number, nowMs: number, start: number): readonly StoredMessage[] {
    const taken: StoredMessage[] = [];
    let sources: MemoryQueue[] = [];
    for (let index = 0; index < names.length; index++) {
      const queue = this.#queues.get(names[(start + index) % names.length]!);
      queue?.releaseDue(nowMs);
      if (queue !== undefined && queue.ready > 0) sources.push(queue);
    }
    while (sources.length > 0 && taken.length < max) {
      for (const queue of sources) {
        if (taken.length === max) break;
        taken.push(queue.shift()!);
      }
      sources = sources.filter((queue) => queue.ready > 0);
    }
    return taken;
  }

  /** When the next delayed message of the queues is due. */
  nextDueMs(names: readonly string[]): number {
    return Math.min(...names.map((name) => this.#queues.get(name)?.nextDueMs ?? Number.POSITIVE_INFINITY));
  }

  wait(take: WaitingTake): void {
    for (const name of take.queues) {
      const waiting = this.#waiting.get(name);
      if (waiting === undefined) this.#waiting.set(name, new Set([take]));
      else waiting.add(take);
    }
  }

  leave(take: WaitingTake): void {
    for (const name of take.queues) {
      const waiting = this.#waiting.get(name);
      if (waiting?.delete(take) === true && waiting.size === 0) this.#waiting.delete(name);
    }
  }

  /** Puts messages back in front of their queues, in the order given. */
  putBack(messages: readonly StoredMessage[]): void {
    const touched = new Set<MemoryQueue>();
    for (let index = messages.length - 1; index >= 0; index--) {
      const stored = messages[index]!;
      if (stored.queue.removed) continue;
      stored.queue.unshift(stored);
      touched.add(stored.queue);
    }
    for (const queue of touched) this.#serve(queue);
  }

  /** The names of its queues. */
  get queues(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** The waiting messages of a queue in the order in which they will be taken, delayed ones last; they stay. */
  waiting(name: string): readonly RawMessage[] {
    return this.#queues.get(name)?.waiting.map(({ message }) => message) ?? [];
  }

  /** Whether one of the queues holds a message that can be taken now. */
  hasDue(names: readonly string[], nowMs: number): boolean {
    return names.some((name) => {
      const queue = this.#queues.get(name);
      return queue !== undefined && (queue.ready > 0 || (queue.nextDueMs ?? Number.POSITIVE_INFINITY) <= nowMs);
    });
  }

  size(name: string): number {
    return this.#queues.get(name)?.size ?? 0;
  }

  purge(name: string): number {
    return this.#queues.get(name)?.clear() ?? 0;
  }

  remove(name: string): void {
    const queue = this.#queues.get(name);
    if (queue === undefined) return;
    queue.clear();
    queue.removed = true;
    this.#queues.delete(name);
  }

  #queueOf(name: string): MemoryQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = new MemoryQueue(name);
    this.#queues.set(name, queue);
    return queue;
  }

  /** Shares what is ready among those who wait, longest waiting first, so that one batch does not all go to one. */
  #serve(queue: MemoryQueue): void {
    const waiting = this.#waiting.get(queue.name);
    if (waiting === undefined) return;
    if (queue.nextDueMs !== undefined) for (const take of [...waiting]) take.reschedule();
    for (let left = waiting.size; left > 0 && queue.ready > 0; left--) {
      const [first] = waiting;
      first?.serve(Math.ceil(queue.ready / left));
    }
  }
}
