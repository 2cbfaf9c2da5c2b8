import type { Clock } from '@celeriac/protocol';
import type { ReceivedTask } from '../request/received-task.ts';
import { EtaSchedule } from './eta-schedule.ts';
import { ReadyQueue } from './ready-queue.ts';

/** Tasks between their receipt and their start: those that wait for their time, and those that wait for a slot. */
export class WaitingTasks {
  readonly #ready: ReadyQueue<ReceivedTask> = new ReadyQueue();
  readonly #alone: ReadyQueue<ReceivedTask> = new ReadyQueue();
  readonly #schedule: EtaSchedule<ReceivedTask>;

  /** @param onDue - some tasks have become ready */
  constructor(clock: Clock, onDue: () => void) {
    this.#schedule = new EtaSchedule(clock, (due) => {
      for (const received of due) this.#ready.push(received);
      onDue();
    });
  }

  /** Tasks that wait for their time. */
  get held(): number {
    return this.#schedule.size;
  }

  /** Tasks that wait for a slot. */
  get ready(): number {
    return this.#ready.size + this.#alone.size;
  }

  /** Tasks that wait for their time, earliest first. */
  get heldTasks(): readonly ReceivedTask[] {
    return this.#schedule.items();
  }

  /** Tasks that wait for a slot. */
  get readyTasks(): readonly ReceivedTask[] {
    return [...this.#alone.items(), ...this.#ready.items()];
  }

  /** @param etaMs - Unix milliseconds */
  hold(received: ReceivedTask, etaMs: number): void {
    this.#schedule.add(received.id, etaMs, received);
  }

  add(received: ReceivedTask): void {
    this.#ready.push(received);
  }

  /** It must be the only one that runs. */
  addAlone(received: ReceivedTask): void {
    this.#alone.push(received);
  }

  take(): ReceivedTask | undefined {
    return this.#ready.shift();
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
    return this.#schedule.size === 0 ? [] : this.#schedule.removeWhere(isWanted);
  }

  /** Takes out all tasks for which `isWanted` holds. */
  removeWhere(isWanted: (received: ReceivedTask) => boolean): readonly ReceivedTask[] {
    const removed = [this.#alone, this.#ready].flatMap((queue) => queue.removeWhere(isWanted));
    return [...removed, ...this.#schedule.removeWhere(isWanted)];
  }
}
