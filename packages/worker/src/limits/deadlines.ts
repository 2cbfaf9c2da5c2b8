import type { Clock } from '@celeriac/protocol';
import { EtaSchedule } from '../hold/eta-schedule.ts';

/** Things that are due after some time unless they are removed before; one timer for all of them, on a clock that never jumps. */
export class Deadlines<Item> {
  readonly #schedule: EtaSchedule<Item>;
  readonly #clock: Clock;

  constructor(clock: Clock, onDue: (item: Item) => void) {
    this.#clock = clock;
    const steady: Clock = {
      now: () => clock.monotonic(),
      monotonic: () => clock.monotonic(),
      setTimer: (delayMs, callback, options) => clock.setTimer(delayMs, callback, options),
    };
    this.#schedule = new EtaSchedule(steady, (due) => due.forEach(onDue));
  }

  get size(): number {
    return this.#schedule.size;
  }

  add(key: string, afterMs: number, item: Item): void {
    this.#schedule.add(key, this.#clock.monotonic() + afterMs, item);
  }

  remove(key: string): void {
    if (this.#schedule.size > 0) this.#schedule.remove(key);
  }

  clear(): void {
    this.#schedule.removeWhere(() => true);
  }
}
