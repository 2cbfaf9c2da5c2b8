import { isExpired } from '@celeriac/backend';

interface Kept<V> {
  readonly value: V;
  readonly expiresAtMs: number | undefined;
}

/**
 * Values that expire. Nothing expired is ever read; the room is given back a few entries at a time as others are set, so
 * no timer runs and no call takes long.
 */
export class ExpiringMap<V> {
  readonly #kept = new Map<string, Kept<V>>();
  #cursor: IterableIterator<[string, Kept<V>]> | undefined;

  /** Entries held, expired ones that were not swept yet included. */
  get size(): number {
    return this.#kept.size;
  }

  get(key: string, nowMs: number): V | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    if (!isExpired(kept.expiresAtMs, nowMs)) return kept.value;
    this.#kept.delete(key);
    return undefined;
  }

  /** @param expiresAtMs - Unix milliseconds, undefined = never */
  set(key: string, value: V, expiresAtMs: number | undefined): void {
    this.#kept.set(key, { value, expiresAtMs });
  }

  delete(key: string): void {
    this.#kept.delete(key);
  }

  /** Looks at the next `count` entries and drops the expired ones; calls go round. */
  sweep(count: number, nowMs: number): void {
    const bounded = Math.min(count, this.#kept.size);
    for (let step = 0; step < bounded; step += 1) {
      this.#cursor ??= this.#kept.entries();
      const next = this.#cursor.next();
      if (next.done === true) this.#cursor = undefined;
      else if (isExpired(next.value[1].expiresAtMs, nowMs)) this.#kept.delete(next.value[0]);
    }
  }
}
