import { systemClock } from '@celeriac/protocol';
import type { ChildMessage } from './child/child-messages.ts';
import type { PoolChild, PoolChildOptions } from './pool-child.ts';
import { PoolError } from './pool-error.ts';
import type { ProcessEnd } from './worker-lost.ts';

/** How long a child may take to end by itself. */
const STOP_MS = 1500;

/** What all kinds of children have in common. Children live in real time, whatever clock the app has. */
export class ChildLife {
  readonly ready: Promise<void>;
  readonly gone: Promise<void>;
  /** What it said of itself before its end. */
  reason: string | undefined;
  /** Largest heap in bytes, once it is ready. */
  heapLimitBytes = 0;
  readonly #child: PoolChild;
  readonly #options: PoolChildOptions;
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #gone: PromiseWithResolvers<void> = Promise.withResolvers();
  #isOver = false;

  constructor(child: PoolChild, options: PoolChildOptions) {
    this.#child = child;
    this.#options = options;
    this.ready = this.#ready.promise;
    this.gone = this.#gone.promise;
    // Whoever does not wait for it learns of it by `onGone`.
    this.ready.catch(() => {});
    const { aliveTimeoutMs, setup } = options;
    const tooLate = systemClock.setTimer(aliveTimeoutMs, () => {
      this.#ready.reject(new PoolError(setup.appModule, `it was not ready within ${aliveTimeoutMs} ms`, SLOW_START));
      child.kill();
    });
    this.ready.then(
      () => tooLate.cancel(),
      () => tooLate.cancel(),
    );
  }

  receive(message: ChildMessage): void {
    switch (message.kind) {
      case 'ready':
        this.heapLimitBytes = message.heapLimitBytes;
        this.#ready.resolve();
        return;
      case 'ended':
        this.#options.onEnded(this.#child, message);
        return;
      default:
        this.reason = message.reason;
        void this.stopped();
    }
  }

  /** Waits for its end, and hurries it when it takes too long. */
  async stopped(): Promise<void> {
    const timer = systemClock.setTimer(STOP_MS, () => this.#child.kill());
    await this.gone;
    timer.cancel();
  }

  over(exitCode: number | null, signal: NodeJS.Signals | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const end: ProcessEnd = { exitCode, signal, reason: this.reason };
    const how = signal === null ? `it ended with exit code ${exitCode}` : `it was ended by ${signal}`;
    this.#ready.reject(new PoolError(this.#options.setup.appModule, this.reason ?? how));
    this.#gone.resolve();
    this.#options.onGone(this.#child, end);
  }
}

const SLOW_START = Object.freeze({ hint: 'Make the module load faster, or raise workerProcAliveTimeout (seconds).' });
