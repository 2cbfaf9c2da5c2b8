/** Ids that are remembered, so that a repeated task does not take its success back. */
const LIMIT = 10_000;

/** Tasks whose SUCCESS this process has sent, the newest ones. */
export class FinalResults {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size > LIMIT) this.#ids.delete(this.#ids.values().next().value!);
  }

  delete(id: string): void {
    this.#ids.delete(id);
  }
}
