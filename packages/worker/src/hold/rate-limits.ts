import type { Clock, Timer } from '@celeriac/protocol';
import type { ReceivedTask } from '../request/received-task.ts';
import { RateBucket, ratePerSecond } from './rate-bucket.ts';
import { ReadyQueue } from './ready-queue.ts';

/** A rate as tasks and operators write it: `10/s`, `100/m`, `5/h`, or a number for each second. */
export type Rate = string | number;

interface Lane {
  bucket: RateBucket;
  readonly waiting: ReadyQueue<ReceivedTask>;
}

/**
 * Holds back tasks of kinds that may only start so often, each kind by itself, with one timer for all of them.
 * @see celery/worker/consumer/consumer.py bucket_for_task, reset_rate_limits, limit_task
 */
export class RateLimits {
  readonly #clock: Clock;
  readonly #isDisabled: boolean;
  readonly #onReady: (tasks: readonly ReceivedTask[]) => void;
  /** By the task's name; undefined for those without a limit. */
  readonly #lanes: Map<string, Lane | undefined> = new Map();
  #timer: Timer | undefined;
  #timerDueMs = 0;
  #size = 0;

  /**
   * @param isDisabled - no limit counts
   * @param onReady - these may start
   */
  constructor(clock: Clock, isDisabled: boolean, onReady: (tasks: readonly ReceivedTask[]) => void) {
    this.#clock = clock;
    this.#isDisabled = isDisabled;
    this.#onReady = onReady;
  }

  /** Tasks that are held back. */
  get size(): number {
    return this.#size;
  }

  /**
   * Changes the rate of a task from now on. @param rate - null or 0 = no limit
   * @throws {RangeError} for what is no rate
   */
  set(task: string, rate: Rate | null): void {
    const perSecond = rate === null ? 0 : ratePerSecond(rate);
    const nowMs = this.#clock.monotonic();
    const before = this.#lanes.get(task);
    if (perSecond > 0 && !this.#isDisabled) {
      const bucket = before?.bucket.changed(perSecond, nowMs) ?? new RateBucket(perSecond, nowMs);
      if (before === undefined) this.#lanes.set(task, { bucket, waiting: new ReadyQueue() });
      else before.bucket = bucket;
      this.#arm();
      return;
    }
    this.#lanes.set(task, undefined);
    const free = before?.waiting.removeWhere(() => true) ?? [];
    this.#size -= free.length;
    this.#arm();
    if (free.length > 0) this.#onReady(free);
  }

  /** @returns false when the task may start now; otherwise it is held, and handed on when its turn has come */
  holds(received: ReceivedTask): boolean {
    const lane = this.#laneOf(received);
    if (lane === undefined) return false;
    if (lane.waiting.size === 0 && lane.bucket.take(this.#clock.monotonic())) return false;
    lane.waiting.push(received);
    this.#size++;
    this.#arm();
    return true;
  }

  /** Tasks that are held back. */
  items(): readonly ReceivedTask[] {
    return [...this.#lanes.values()].flatMap((lane) => lane?.waiting.items() ?? []);
  }

  /** Takes out all tasks for which `isWanted` holds. */
  removeWhere(isWanted: (received: ReceivedTask) => boolean): readonly ReceivedTask[] {
    if (this.#size === 0) return [];
    const removed = [...this.#lanes.values()].flatMap((lane) => lane?.waiting.removeWhere(isWanted) ?? []);
    this.#size -= removed.length;
    this.#arm();
    return removed;
  }

  #laneOf({ request, task }: ReceivedTask): Lane | undefined {
    const name = request.task;
    if (this.#lanes.has(name)) return this.#lanes.get(name);
    if (task === undefined) return undefined;
    this.set(name, task.options.rateLimit ?? null);
    return this.#lanes.get(name);
  }

  #arm(): void {
    let dueMs = Number.POSITIVE_INFINITY;
    if (this.#size > 0) {
      for (const lane of this.#lanes.values()) {
        if (lane !== undefined && lane.waiting.size > 0) dueMs = Math.min(dueMs, lane.bucket.nextMs);
      }
    }
    if (this.#timer !== undefined && dueMs === this.#timerDueMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#timerDueMs = dueMs;
    this.#timer = this.#clock.setTimer(Math.max(0, dueMs - this.#clock.monotonic()), this.#release);
  }

  readonly #release = (): void => {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonic();
    const ready: ReceivedTask[] = [];
    for (const lane of this.#lanes.values()) {
      while (lane !== undefined && lane.waiting.size > 0 && lane.bucket.take(nowMs)) ready.push(lane.waiting.shift()!);
    }
    this.#size -= ready.length;
    this.#arm();
    if (ready.length > 0) this.#onReady(ready);
  };
}
