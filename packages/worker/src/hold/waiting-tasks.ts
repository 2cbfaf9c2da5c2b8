import type { Clock } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import { isLost } from '../request/held-message.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import { EtaSchedule } from './eta-schedule.ts';
import { RateLimits } from './rate-limits.ts';
import { ReadyQueue } from './ready-queue.ts';

/** What {@link WaitingTasks} needs, and whom it tells. */
export interface WaitingParts {
  readonly clock: Clock;
  /** Rate limits do not count. */
  readonly unlimited: boolean;
  /** Reads a task once more. */
  readonly reopen: (delivery: Delivery) => ReceivedTask;
  /** Some tasks have become ready. */
  readonly onDue: () => void;
}

/**
 * Tasks between their receipt and their start: those that wait for their time, for their turn, or for a slot.
 *
 * There may be very many that wait for their time. Of these only the delivery is kept, with its message shelved, and what
 * was read of them is read again: objects that are begun anew are also gone at once when a task has run, while all that
 * hangs on old ones stays in memory until all of it is looked through.
 */
export class WaitingTasks {
  readonly #ready: ReadyQueue<ReceivedTask> = new ReadyQueue();
  /** Tasks that the pool gave back: they were first before. */
  readonly #returned: ReadyQueue<ReceivedTask> = new ReadyQueue();
  readonly #alone: ReadyQueue<ReceivedTask> = new ReadyQueue();
  readonly #schedule: EtaSchedule<Delivery>;
  readonly #reopen: (delivery: Delivery) => ReceivedTask;
  /** How often tasks of one kind may start. */
  readonly rates: RateLimits;

  constructor({ clock, unlimited, reopen, onDue }: WaitingParts) {
    this.#reopen = reopen;
    this.#schedule = new EtaSchedule(clock, (due) => {
      for (const delivery of due) this.add(reopen(delivery));
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

  /** Tasks that wait for their time, in order of arrival. Each is read as it is asked for: let go of one before the next. */
  *heldTasks(): Generator<ReceivedTask, void> {
    for (const delivery of this.#schedule.items()) yield this.#reopen(delivery);
  }

  /** Tasks that wait for their time under this id. */
  heldTasksOf(id: string): readonly ReceivedTask[] {
    return this.#schedule.itemsOf(id).map(this.#reopen);
  }

  /** Tasks that wait for a slot, or for the turn of their kind. */
  get readyTasks(): readonly ReceivedTask[] {
    return [...this.#alone.items(), ...this.#returned.items(), ...this.#ready.items(), ...this.rates.items()];
  }

  /** @param etaMs - Unix milliseconds */
  hold(received: ReceivedTask, etaMs: number): void {
    this.#schedule.add(received.id, etaMs, received.delivery);
    received.delivery.shelve?.();
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
    return this.#schedule.size === 0 ? [] : this.#schedule.remove(id).map(this.#reopen);
  }

  /** Takes out the tasks that wait for their time and for which `isWanted` holds. */
  unholdWhere(isWanted: (received: ReceivedTask) => boolean): readonly ReceivedTask[] {
    if (this.#schedule.size === 0) return [];
    const wanted: ReceivedTask[] = [];
    this.#schedule.removeWhere((delivery) => {
      const received = this.#reopen(delivery);
      if (!isWanted(received)) return false;
      wanted.push(received);
      return true;
    });
    return wanted;
  }

  /** Takes out everything. @returns its deliveries */
  removeAll(): readonly Delivery[] {
    const ready = this.#removeReady(() => true).map(({ delivery }) => delivery);
    return [...ready, ...this.#schedule.removeWhere(() => true)];
  }

  /** Takes out what is not held any more. */
  removeLost(): void {
    this.#removeReady(isLost);
    this.#schedule.removeWhere((delivery) => !delivery.held);
  }

  #removeReady(isWanted: (received: ReceivedTask) => boolean): readonly ReceivedTask[] {
    const removed = [this.#alone, this.#returned, this.#ready].flatMap((queue) => queue.removeWhere(isWanted));
    return [...removed, ...this.rates.removeWhere(isWanted)];
  }
}
