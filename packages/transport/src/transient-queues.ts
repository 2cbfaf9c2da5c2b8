import type { QueueDeclaration } from './topology.ts';

interface TransientQueue {
  readonly exclusive: boolean;
  consumers: number;
  /** An auto-delete queue lives until its last consumer ends, so it must have had one. */
  consumed: boolean;
}

/**
 * Queues that this transport declared as auto-delete or exclusive. It knows its own consumers only: a queue shared with
 * other processes must not be declared so.
 */
export class TransientQueues {
  readonly #queues: Map<string, TransientQueue> = new Map();

  /** @returns whether the queue is one of these */
  declared({ name, exclusive, autoDelete }: QueueDeclaration): boolean {
    if (exclusive !== true && autoDelete !== true) return false;
    if (!this.#queues.has(name)) {
      this.#queues.set(name, { exclusive: exclusive === true, consumers: 0, consumed: false });
    }
    return true;
  }

  reading(queues: readonly string[]): void {
    for (const name of queues) {
      const queue = this.#queues.get(name);
      if (queue === undefined) continue;
      queue.consumers++;
      queue.consumed = true;
    }
  }

  /** @returns the queues whose last consumer has just left */
  leaving(queues: readonly string[]): readonly string[] {
    return queues.filter((name) => {
      const queue = this.#queues.get(name);
      return queue !== undefined && --queue.consumers === 0;
    });
  }

  forget(name: string): void {
    this.#queues.delete(name);
  }

  /** What ends with the connection. */
  remaining(): readonly string[] {
    return Array.from(this.#queues).flatMap(([name, queue]) => (queue.exclusive || queue.consumed ? [name] : []));
  }
}
