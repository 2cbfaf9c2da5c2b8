import type { AppRuntime } from '@celeriac/core/internal';
import type { PoisonEnding, RepeatedEnding } from '../request/ending.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import { isSuspect, judge, type Verdict } from './delivery-limit.ts';
import { EarlierSuccess } from './earlier-success.ts';
import type { RunCounter } from './run-counter.ts';

/** Late-acknowledged messages that come again and again: do they kill the processes that run them? */
export class Suspects {
  readonly #runs: RunCounter;
  /** Deaths of the process that are tolerated beyond the first. */
  readonly #limit: number;
  readonly #earlier: EarlierSuccess;
  #examined = 0;

  constructor(runs: RunCounter, runtime: AppRuntime) {
    this.#runs = runs;
    this.#limit = runtime.settings.workerDeliveryLimit;
    this.#earlier = new EarlierSuccess(runtime);
  }

  /** Messages that are being looked up. */
  get examined(): number {
    return this.#examined;
  }

  /** Whether it must be judged before it runs. */
  concerns(received: ReceivedTask): boolean {
    return this.#earlier.concerns(received) || this.#isSuspect(received);
  }

  #isSuspect({ delivery, task, begun }: ReceivedTask): boolean {
    if (begun !== undefined || task?.options.acksLate !== true) return false;
    return isSuspect(delivery.deliveryCount, delivery.redelivered, this.#limit);
  }

  /** @returns whether it may run, or how it ended */
  async examine(received: ReceivedTask): Promise<Exclude<Verdict, 'poison'> | PoisonEnding | RepeatedEnding> {
    this.#examined++;
    try {
      return (await this.#earlier.find(received)) ?? (await this.#judge(received));
    } finally {
      this.#examined--;
    }
  }

  async #judge(received: ReceivedTask): Promise<Exclude<Verdict, 'poison'> | PoisonEnding> {
    if (!this.#isSuspect(received)) return 'run';
    const begun = await this.#runs.begun(received.id);
    received.begun = begun ?? 0;
    const verdict = judge(begun, received.delivery.deliveryCount, this.#limit);
    return verdict === 'poison' ? { kind: 'poison', runs: this.#limit + 1 } : verdict;
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
