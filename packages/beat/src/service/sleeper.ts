import type { Clock, Timer } from '@celeriac/protocol';

/** A sleep that can be cut short. */
export class Sleeper {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #wake: (() => void) | undefined;
  #isAwake = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `ms`, or when woken. A wake that came before counts. */
  sleep(ms: number): Promise<void> {
    if (this.#isAwake) {
      this.#isAwake = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#timer?.cancel();
        this.#wake = undefined;
        resolve();
      };
      this.#timer = this.#clock.setTimer(ms, () => this.#wake?.());
    });
  }

  wake(): void {
    if (this.#wake === undefined) this.#isAwake = true;
    else this.#wake();
  }
}
