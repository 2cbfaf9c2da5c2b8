import type { Clock } from '@celeriac/protocol';
import type { ReceivedTask } from '../request/received-task.ts';
import { EtaSchedule } from './eta-schedule.ts';
import { RateLimits } from './rate-limits.ts';
import { ReadyQueue } from './ready-queue.ts';

/** Tasks between their receipt and their start: those that wait for their time, for their turn, or for a slot. */
export class WaitingTasks {
  readonly #ready: ReadyQueue<ReceivedTask> = new ReadyQueue();
  /** Tasks that the pool gave back: they were first before. */
  readonly #returned: ReadyQueue<ReceivedTask> = new ReadyQueue();
  readonly #alone: ReadyQueue<ReceivedTask> = new ReadyQueue();
  readonly #schedule: EtaSchedule<ReceivedTask>;
  /** How often tasks of one kind may start. */
  readonly rates: RateLimits;

  /**
   * @param unlimited - rate limits do not count
   * @param onDue - some tasks have become ready
   */
  constructor(clock: Clock, unlimited: boolean, onDue: () => void) {
    this.#schedule = new EtaSchedule(clock, (due) => {
      for (const received of due) this.add(received);
      onDue();
    });
    this.rates = new RateLimits(clock, unlimited, (tasks) => {
      for (const received of tasks) this.#ready.push(received);
      onDue();
    });
  }

  /** Tasks that wait for their time. */
  get held(): number {
    return this.#schedule.size;
  }

  /** Tasks that wait for a slot, or for the turn of their kind. */
  get ready(): number {
    return this.#ready.size + this.#returned.size + this.#alone.size + this.rates.size;
  }

  /** Tasks that wait for their time, earliest first. */
  get heldTasks(): readonly ReceivedTask[] {
    return this.#schedule.items();
  }

  /** Tasks that wait for a slot, or for the turn of their kind. */
  get readyTasks(): readonly ReceivedTask[] {
    return [...this.#alone.items(), ...this.#returned.items(), ...this.#ready.items(), ...this.rates.items()];
  }

  /** @param etaMs - Unix milliseconds */
  hold(received: ReceivedTask, etaMs: number): void {
    this.#schedule.add(received.id, etaMs, received);
    received.shelve();
  }

  /** It may start when there is a slot, and when it is the turn of its kind. */
  add(received: ReceivedTask): void {
    if (!this.rates.holds(received)) this.#ready.push(received);
  }

  /** It has waited for its turn already. */
  addAgain(received: ReceivedTask): void {
    this.#ready.push(received);
  }

  /** It must be the only one that runs. */
  addAlone(received: ReceivedTask): void {
    this.#alone.push(received);
  }

  /** They are the next to run. */
  addFirst(tasks: readonly ReceivedTask[]): void {
    for (const received of tasks) this.#returned.push(received);
  }

  /** The next to run; it stays. */
  peek(): ReceivedTask | undefined {
    return this.#returned.peek() ?? this.#ready.peek();
  }

  take(): ReceivedTask | undefined {
    return this.#returned.shift() ?? this.#ready.shift();
  }

  get hasLoner(): boolean {
    return this.#alone.size > 0;
  }

  takeLoner(): ReceivedTask | undefined {
    return this.#alone.shift();
  }

  /** Takes out the tasks that wait for their time under this id. */
  unhold(id: string): readonly ReceivedTask[] {
    return this.#schedule.size === 0 ? [] : this.#schedule.remove(id);
  }

  /** Takes out the tasks that wait for their time and for which `isWanted` holds. */
  unholdWhere(isWanted: (received: ReceivedTask) => boolean): readonly ReceivedTask[] {
    if (this.#schedule.size === 0) return [];
    return this.#schedule.removeWhere((received) => {
      const wanted = isWanted(received);
      if (!wanted) received.shelve();
      return wanted;
    });
  }

  /** Takes out all tasks for which `isWanted` holds. */
  removeWhere(isWanted: (received: ReceivedTask) => boolean): readonly ReceivedTask[] {
    const removed = [this.#alone, this.#returned, this.#ready].flatMap((queue) => queue.removeWhere(isWanted));
    return [...removed, ...this.rates.removeWhere(isWanted), ...this.#schedule.removeWhere(isWanted)];
  }
}
