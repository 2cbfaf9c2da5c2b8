import type { ReceivedTask } from '../request/received-task.ts';
import { isSuspect, judge, type Verdict } from './delivery-limit.ts';
import type { RunCounter } from './run-counter.ts';

/** Late-acknowledged messages that come again and again: do they kill the processes that run them? */
export class Suspects {
  readonly #runs: RunCounter;
  readonly #limit: number;
  #examined = 0;

  /** @param limit - deaths of the process that are tolerated beyond the first */
  constructor(runs: RunCounter, limit: number) {
    this.#runs = runs;
    this.#limit = limit;
  }

  /** Messages that are being looked up. */
  get examined(): number {
    return this.#examined;
  }

  /** Whether it must be judged before it runs. */
  concerns({ delivery, task, begun }: ReceivedTask): boolean {
    if (begun !== undefined || task?.options.acksLate !== true) return false;
    return isSuspect(delivery.deliveryCount, delivery.redelivered, this.#limit);
  }

  async examine(received: ReceivedTask): Promise<Verdict> {
    this.#examined++;
    const begun = await this.#runs.begun(received.id);
    this.#examined--;
    received.begun = begun ?? 0;
    return judge(begun, received.delivery.deliveryCount, this.#limit);
  }

  /** A run of a judged message begins. Resolves when all workers can know. */
  async record(received: ReceivedTask): Promise<void> {
    await this.#runs.record(received.id, (received.begun ?? 0) + 1);
  }

  /** Its run ended, and its process lives. */
  clear(received: ReceivedTask): void {
    if (received.begun !== undefined) void this.#runs.forget(received.id);
  }
}
