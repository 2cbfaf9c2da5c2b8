/** The abort signals of running tasks; made only for those that ask for one. */
export class AbortSignals {
  readonly #controllers: Map<string, AbortController> = new Map();

  /** The signal of a running task; the same one every time. */
  readonly of = (id: string): AbortSignal => {
    const known = this.#controllers.get(id);
    if (known !== undefined) return known.signal;
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    return controller.signal;
  };

  /** The task has ended. */
  forget(id: string): void {
    if (this.#controllers.size > 0) this.#controllers.delete(id);
  }

  /** Tells every running task that asked. */
  abortAll(reason: Error): void {
    for (const controller of this.#controllers.values()) controller.abort(reason);
    this.#controllers.clear();
  }
}
