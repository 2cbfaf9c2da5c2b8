/** Units of a rate, in seconds. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
]);
const RATE = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/;
/** By how much a token may come late without the following ones being late too: timers are not exact. */
const SLACK_MS = 20;

/**
 * Tokens for each second: 10 for `10/s`, 100 / 60 for `100/m`, the number itself for a number.
 * @returns 0 for "no limit"
 * @throws {RangeError} for what is no rate
 * @see celery/utils/time.py rate
 */
export function ratePerSecond(rate: string | number): number {
  const [, amount, unit = 's'] = RATE.exec(String(rate)) ?? [];
  if (amount === undefined)
    throw new RangeError(`A rate is a number, or such as 10/s, 100/m, 5/h; not ${String(rate)}.`);
  return Number(amount) / UNITS.get(unit)!;
}

/**
 * Lets something through so many times a second, evenly spaced: a token bucket that holds one token.
 * @see kombu/utils/limits.py TokenBucket
 */
export class RateBucket {
  readonly #intervalMs: number;
  #nextMs: number;

  /** @param perSecond - above 0 */
  constructor(perSecond: number, nowMs: number) {
    this.#intervalMs = 1000 / perSecond;
    this.#nextMs = nowMs;
  }

  /** When there will be a token. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** Takes a token, if there is one. @param nowMs - on a clock that never jumps */
  take(nowMs: number): boolean {
    if (nowMs < this.#nextMs) return false;
    this.#nextMs = Math.max(this.#nextMs, nowMs - Math.min(SLACK_MS, this.#intervalMs)) + this.#intervalMs;
    return true;
  }

  /** The same pace is kept when the rate changes: the next token comes as the new rate says. */
  changed(perSecond: number, nowMs: number): RateBucket {
    const bucket = new RateBucket(perSecond, nowMs);
    bucket.#nextMs = Math.min(this.#nextMs, nowMs + bucket.#intervalMs);
    return bucket;
  }
}
