import { SoftTimeLimitExceeded } from '@celeriac/core/internal';

/** The abort signals of running tasks; made only for those that ask for one, or are told to end. */
export class RunSignals {
  readonly #controllers: Map<string, AbortController> = new Map();

  /** The signal of a running task; the same one every time. */
  readonly of = (id: string): AbortSignal => this.#controllerOf(id).signal;

  /** Tells a running task that it should end. */
  abort(id: string, reason: Error): void {
    this.#controllerOf(id).abort(reason);
  }

  /** The soft time limit of a running task has passed. */
  expire(id: string, limitMs: number): void {
    this.abort(id, new SoftTimeLimitExceeded(limitMs));
  }

  /** The task has ended. */
  forget(id: string): void {
    if (this.#controllers.size > 0) this.#controllers.delete(id);
  }

  /** Tells every running task that asked. */
  abortAll(reason: Error): void {
    for (const controller of this.#controllers.values()) controller.abort(reason);
    this.#controllers.clear();
  }

  #controllerOf(id: string): AbortController {
    const known = this.#controllers.get(id);
    if (known !== undefined) return known;
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    return controller;
  }
}
