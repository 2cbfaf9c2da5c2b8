import type { Clock } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import { ReceivedTask } from '../request/received-task.ts';
import { isUndecodable, type Undecodable } from '../request/undecodable.ts';
import { EtaSchedule } from './eta-schedule.ts';
import { RateLimits } from './rate-limits.ts';
import { ReadyQueue } from './ready-queue.ts';

/** What {@link WaitingTasks} needs, and whom it tells. */
export interface WaitingParts {
  readonly clock: Clock;
  /** Rate limits do not count. */
  readonly unlimited: boolean;
  /** Reads a task once more. */
  readonly reopen: (delivery: Delivery) => ReceivedTask | Undecodable;
  /** What was a task cannot be read any more. */
  readonly onUndecodable: (message: Undecodable) => void;
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
  /** Those whose time has come are opened when it is their turn: very many may be due at once. */
  readonly #ready: ReadyQueue<ReceivedTask | Delivery> = new ReadyQueue();
  /** The first of those that are ready, opened. */
  #first: ReceivedTask | undefined;
  /** Tasks that the pool gave back: they were first before. */
  readonly #returned: ReadyQueue<ReceivedTask> = new ReadyQueue();
  readonly #alone: ReadyQueue<ReceivedTask> = new ReadyQueue();
  readonly #schedule: EtaSchedule<Delivery>;
  readonly #parts: WaitingParts;
  /** How often tasks of one kind may start. */
  readonly rates: RateLimits;

  constructor(parts: WaitingParts) {
    const { clock, unlimited, onDue } = parts;
    this.#parts = parts;
    this.#schedule = new EtaSchedule(clock, (due) => {
      for (const delivery of due) this.#ready.push(delivery);
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
    const first = this.#first === undefined ? 0 : 1;
    return first + this.#ready.size + this.#returned.size + this.#alone.size + this.rates.size;
  }

  /** Tasks that wait for their time, earliest first. Each is read as it is asked for: let go of one before the next. */
  *heldTasks(): Generator<ReceivedTask, void> {
    for (const delivery of this.#schedule.items()) yield* this.#opened(delivery);
  }

  /** Tasks that wait for their time under this id. */
  heldTasksOf(id: string): readonly ReceivedTask[] {
    return this.#schedule.itemsOf(id).flatMap((delivery) => this.#opened(delivery));
  }

  /** Tasks that wait for a slot, or for the turn of their kind. */
  get readyTasks(): readonly ReceivedTask[] {
    const first = this.#first === undefined ? [] : [this.#first];
    const ready = this.#ready.items().flatMap((one) => (one instanceof ReceivedTask ? one : this.#opened(one)));
    return [...this.#alone.items(), ...this.#returned.items(), ...first, ...ready, ...this.rates.items()];
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
    return this.#returned.peek() ?? this.#firstReady();
  }

  take(): ReceivedTask | undefined {
    const returned = this.#returned.shift();
    if (returned !== undefined) return returned;
    const first = this.#firstReady();
    this.#first = undefined;
    return first;
  }

  get hasLoner(): boolean {
    return this.#alone.size > 0;
  }

  takeLoner(): ReceivedTask | undefined {
    return this.#alone.shift();
  }

  /** Takes out the tasks that wait for their time under this id. */
  unhold(id: string): readonly ReceivedTask[] {
    return this.#schedule.size === 0 ? [] : this.#schedule.remove(id).flatMap((delivery) => this.#opened(delivery));
  }

  /** Takes out the tasks that wait for their time and for which `isWanted` holds. */
  unholdWhere(isWanted: (received: ReceivedTask) => boolean): readonly ReceivedTask[] {
    if (this.#schedule.size === 0) return [];
    const wanted: ReceivedTask[] = [];
    this.#schedule.removeWhere((delivery) => {
      const [received] = this.#opened(delivery);
      if (received === undefined || !isWanted(received)) return false;
      wanted.push(received);
      return true;
    });
    return wanted;
  }

  /** Takes out everything. @returns its deliveries */
  removeAll(): readonly Delivery[] {
    return [...this.#removeReady(() => true), ...this.#schedule.removeWhere(() => true)];
  }

  /** Takes out what is not held any more. */
  removeLost(): void {
    const isLost = (delivery: Delivery): boolean => !delivery.held;
    this.#removeReady(isLost);
    this.#schedule.removeWhere(isLost);
  }

  /** Nothing of what waits is acknowledged. */
  #removeReady(isWanted: (delivery: Delivery) => boolean): readonly Delivery[] {
    const isWantedTask = ({ delivery }: ReceivedTask): boolean => isWanted(delivery);
    const removed = [this.#alone, this.#returned].flatMap((queue) => queue.removeWhere(isWantedTask)).map(deliveryOf);
    if (this.#first !== undefined && isWanted(this.#first.delivery)) {
      removed.push(this.#first.delivery);
      this.#first = undefined;
    }
    removed.push(...this.#ready.removeWhere((one) => isWanted(deliveryOf(one))).map(deliveryOf));
    return [...removed, ...this.rates.removeWhere(isWantedTask).map(deliveryOf)];
  }

  #firstReady(): ReceivedTask | undefined {
    while (this.#first === undefined) {
      const next = this.#ready.shift();
      if (next === undefined) return undefined;
      if (next instanceof ReceivedTask) this.#first = next;
      else this.#begin(next);
    }
    return this.#first;
  }

  /** Its time has come, and its turn among those that are ready: what may not start yet waits for the turn of its kind. */
  #begin(delivery: Delivery): void {
    const opened = this.#parts.reopen(delivery);
    if (isUndecodable(opened)) this.#parts.onUndecodable(opened);
    else if (!this.rates.holds(opened)) this.#first = opened;
  }

  #opened(delivery: Delivery): readonly ReceivedTask[] {
    const opened = this.#parts.reopen(delivery);
    return isUndecodable(opened) ? [] : [opened];
  }
}

function deliveryOf(waiting: ReceivedTask | Delivery): Delivery {
  return waiting instanceof ReceivedTask ? waiting.delivery : waiting;
}
