import type { EntryState } from '../entry/schedule-entry.ts';
import type { BeatLease, BeatStore } from '../store/beat-store.ts';

/**
 * Writes the states of entries to a store, one write after the other: what changes while one is under way goes with the
 * next, and always as it stands then.
 */
export class StateWriter {
  readonly #store: BeatStore;
  readonly #lease: BeatLease;
  readonly #stateOf: (name: string) => EntryState | undefined;
  #waiting: Set<string> = new Set();
  #writing: Promise<boolean> = Promise.resolve(true);
  #next: Promise<boolean> | undefined;

  constructor(store: BeatStore, lease: BeatLease, stateOf: (name: string) => EntryState | undefined) {
    this.#store = store;
    this.#lease = lease;
    this.#stateOf = stateOf;
  }

  /** @returns false when somebody else leads. Rejects when the store cannot be reached. */
  write(names: Iterable<string>): Promise<boolean> {
    for (const name of names) this.#waiting.add(name);
    this.#next ??= this.#after(this.#writing);
    return this.#next;
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    await (this.#next ?? this.#writing).catch(() => {});
  }

  async #after(previous: Promise<boolean>): Promise<boolean> {
    await previous.catch(() => {});
    const states: [string, EntryState][] = [];
    for (const name of this.#waiting) {
      const state = this.#stateOf(name);
      if (state !== undefined) states.push([name, state]);
    }
    this.#waiting = new Set();
    const writing = states.length === 0 ? Promise.resolve(true) : this.#store.write(this.#lease, states);
    this.#writing = writing;
    this.#next = undefined;
    return writing;
  }
}
