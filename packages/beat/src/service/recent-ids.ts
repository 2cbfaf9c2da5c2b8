/** The ids that a process has sent lately: a term that begins need not send them again, whatever the store says. */
export class RecentIds {
  readonly #ids: Set<string> = new Set();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= this.#most) return;
    const [oldest] = this.#ids;
    this.#ids.delete(oldest!);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}
