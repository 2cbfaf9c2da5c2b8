/** Celery's `REVOKES_MAX`. */
const MOST_IDS = 50_000;
/** Celery's `REVOKE_EXPIRES`, in milliseconds. */
const KEPT_MS = 10_800_000;

/**
 * Ids of tasks that must not run: the last 50,000, each for three hours.
 * @see celery/worker/state.py revoked
 */
export class RevokedSet {
  /** Id to the time at which it is forgotten, oldest first. */
  readonly #until: Map<string, number> = new Map();
  readonly #limit: number;
  readonly #keptMs: number;

  constructor(limit: number = MOST_IDS, keptMs: number = KEPT_MS) {
    this.#limit = limit;
    this.#keptMs = keptMs;
  }

  get size(): number {
    return this.#until.size;
  }

  /** @param nowMs - on a clock that never jumps; an earlier time than it was added at changes nothing */
  add(id: string, nowMs: number): void {
    if ((this.#until.get(id) ?? 0) >= nowMs + this.#keptMs) return;
    this.#until.delete(id);
    this.#until.set(id, nowMs + this.#keptMs);
    this.#purge(nowMs);
  }

  has(id: string, nowMs: number): boolean {
    if (this.#until.size === 0) return false;
    const until = this.#until.get(id);
    return until !== undefined && until > nowMs;
  }

  /** Ids with the time at which they were added, oldest first. */
  entries(nowMs: number): ReadonlyMap<string, number> {
    this.#purge(nowMs);
    return new Map(Array.from(this.#until, ([id, until]) => [id, until - this.#keptMs]));
  }

  #purge(nowMs: number): void {
    for (const [id, until] of this.#until) {
      if (until > nowMs && this.#until.size <= this.#limit) return;
      this.#until.delete(id);
    }
  }
}
