/**
 * When a result that is stored now may be dropped.
 * @param nowMs - Unix milliseconds
 * @param resultExpiresMs - how long results are kept; undefined or 0 = for ever
 * @returns Unix milliseconds, undefined = never
 * @see celery/backends/base.py prepare_expires
 */
export function resultExpiresAt(nowMs: number, resultExpiresMs: number | undefined): number | undefined {
  const ttlMs = resultTtlMs(resultExpiresMs);
  return ttlMs === undefined ? undefined : nowMs + ttlMs;
}

/** The time to live that a store is given: undefined = for ever, which Celery also writes as 0. */
export function resultTtlMs(resultExpiresMs: number | undefined): number | undefined {
  return resultExpiresMs === undefined || resultExpiresMs <= 0 ? undefined : resultExpiresMs;
}

/** Whether something that expires at `expiresAtMs` (undefined = never) is gone at `nowMs`. */
export function isExpired(expiresAtMs: number | undefined, nowMs: number): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= nowMs;
}
