/** Ids that are remembered, so that a repeated task does not take its end back. */
const LIMIT = 10_000;

/** Tasks whose end this process has sent, the newest ones. */
export class FinalResults {
  readonly #statuses = new Map<string, string>();

  /** The status that was sent; undefined for a task that is not known to have ended. */
  get(id: string): string | undefined {
    return this.#statuses.get(id);
  }

  add(id: string, status: string): void {
    this.#statuses.set(id, status);
    if (this.#statuses.size > LIMIT) this.#statuses.delete(this.#statuses.keys().next().value!);
  }

  delete(id: string): void {
    this.#statuses.delete(id);
  }
}
