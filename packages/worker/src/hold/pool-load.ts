import { Roster } from '@celeriac/protocol';
import type { ReceivedTask } from '../request/received-task.ts';

/** A roster to look at. */
export type ReadonlyRoster = Pick<Roster<ReceivedTask>, 'size' | 'has' | typeof Symbol.iterator>;

/** The tasks that the pool has. */
export class PoolLoad {
  readonly #running: Roster<ReceivedTask> = new Roster();
  /** Given to the pool, and not started as far as is known. */
  readonly #handed: Roster<ReceivedTask> = new Roster();
  #orphans = 0;

  /** Tasks that run. */
  get running(): ReadonlyRoster {
    return this.#running;
  }

  /** Tasks that wait in the pool for their start. */
  get handed(): ReadonlyRoster {
    return this.#handed;
  }

  get size(): number {
    return this.#running.size + this.#handed.size;
  }

  /** Running tasks whose messages went back to the broker with a lost connection. */
  get orphans(): number {
    return this.#orphans;
  }

  /** Tasks whose messages are not acknowledged. */
  get unsettled(): number {
    let count = this.#handed.size;
    for (const { acknowledged } of this.#running) if (!acknowledged) count++;
    return count;
  }

  give(received: ReceivedTask): void {
    this.#handed.add(received);
  }

  started(received: ReceivedTask): void {
    this.#handed.delete(received);
    this.#running.add(received);
  }

  /** It came back without having started. @returns whether it was there */
  returned(received: ReceivedTask): boolean {
    return this.#handed.delete(received);
  }

  ended(received: ReceivedTask): void {
    if (!this.#running.delete(received)) this.#handed.delete(received);
    if (!received.orphaned) return;
    received.orphaned = false;
    this.#orphans--;
  }

  /** The connection was lost: messages that are not acknowledged come again, while their tasks run. */
  orphan(): void {
    for (const received of this.#running) {
      if (received.acknowledged || received.orphaned) continue;
      received.orphaned = true;
      this.#orphans++;
    }
  }

  /** Takes out everything. */
  clear(): readonly ReceivedTask[] {
    const all = [...this.#running, ...this.#handed];
    for (const received of all) this.ended(received);
    return all;
  }
}
