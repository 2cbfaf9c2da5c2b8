/** Values that are kept of one stamp; the oldest go first. */
const MOST_VALUES = 10_000;
const MOST_STAMPS = 1000;

/**
 * Stamps whose tasks must not run, by name. They are forgotten when the worker ends.
 * @see celery/worker/state.py revoked_stamps
 */
export class RevokedStamps {
  readonly #values: Map<string, Set<string>> = new Map();

  get size(): number {
    return this.#values.size;
  }

  /** @param values - the stamp's values that are meant */
  add(stamp: string, values: readonly string[]): void {
    const known = this.#values.get(stamp) ?? new Set();
    for (const value of values) {
      known.delete(value);
      known.add(value);
    }
    forgetOldest(known, MOST_VALUES);
    this.#values.delete(stamp);
    this.#values.set(stamp, known);
    forgetOldest(this.#values, MOST_STAMPS);
  }

  /** Whether a task bears one of them. @param stamps - of the task, each a value or a list of values */
  match(stamps: { readonly [name: string]: unknown }): boolean {
    if (this.#values.size === 0) return false;
    return Array.from(this.#values).some(([name, values]) =>
      stampValues(stamps[name]).some((value) => values.has(value)),
    );
  }
}

/** The values of a stamp as text. */
export function stampValues(stamp: unknown): readonly string[] {
  if (stamp === undefined || stamp === null) return [];
  return (Array.isArray(stamp) ? stamp : [stamp]).map(String);
}

function forgetOldest(kept: Map<string, unknown> | Set<string>, limit: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= limit) return;
    kept.delete(key);
  }
}
