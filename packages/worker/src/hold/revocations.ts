import type { Clock, TaskRequest } from '@celeriac/protocol';
import { RevokedSet } from './revoked-set.ts';
import { RevokedStamps } from './revoked-stamps.ts';

/** What must not run: tasks by their ids, and by the stamps that they bear. */
export class Revocations {
  readonly #clock: Clock;
  readonly #ids: RevokedSet = new RevokedSet();
  readonly #stamps: RevokedStamps = new RevokedStamps();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ids with the time at which each was revoked, on the clock that never jumps. */
  get ids(): ReadonlyMap<string, number> {
    return this.#ids.entries(this.#clock.monotonic());
  }

  /** Whether this task must not run. */
  concerns({ id, stamps }: Pick<TaskRequest, 'id' | 'stamps'>): boolean {
    return (this.#ids.size > 0 && this.#ids.has(id, this.#clock.monotonic())) || this.#stamps.match(stamps);
  }

  /** @param sinceMs - when it was revoked, on the clock that never jumps. Default: now */
  add(id: string, sinceMs: number = this.#clock.monotonic()): void {
    this.#ids.add(id, sinceMs);
  }

  /** Tasks with one of these values of a stamp. */
  addStamps(stamp: string, values: readonly string[]): void {
    this.#stamps.add(stamp, values);
  }

  /** Whether a task bears a revoked stamp. */
  matchStamps(stamps: TaskRequest['stamps']): boolean {
    return this.#stamps.match(stamps);
  }
}
