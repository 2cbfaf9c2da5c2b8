/** A task that takes less is short: handing it over costs more than running it. */
const SHORT_MS = 1;
/** One run that takes longer makes its kind long at once. */
const SURPRISE_MS = 5;
const WEIGHT = 0.1;

/** How long runs of each kind of task take, as far as they were seen. */
export class TaskTimes {
  readonly #averages: Map<string, number> = new Map();

  /** @param runtimeMs - of one run */
  note(task: string, runtimeMs: number): void {
    const before = this.#averages.get(task);
    const isFirst = before === undefined || (runtimeMs > SURPRISE_MS && runtimeMs > before);
    this.#averages.set(task, isFirst ? runtimeMs : before + (runtimeMs - before) * WEIGHT);
  }

  /** Of a kind that was never seen nothing is known. */
  isShort(task: string): boolean {
    return (this.#averages.get(task) ?? SHORT_MS) < SHORT_MS;
  }
}
