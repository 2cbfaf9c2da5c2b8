/** How a wait grows with every attempt. */
export interface BackoffOptions {
  /** Wait before the first retry. */
  readonly baseMs: number;
  /** Growth per attempt; 2 doubles it. */
  readonly factor: number;
  /** Upper bound. */
  readonly maxMs: number;
  /** A random number in 0..1 that the wait is multiplied with; leave it out for the full wait. */
  readonly jitter?: number;
}

/**
 * The wait before the next attempt.
 * @param retries - attempts already made (0 = first retry)
 * @returns milliseconds, 0..`maxMs`
 */
export function backoffMs(retries: number, { baseMs, factor, maxMs, jitter }: BackoffOptions): number {
  const attempt = Math.max(0, retries);
  const grown = Math.min(maxMs, baseMs * factor ** attempt);
  const full = Number.isNaN(grown) ? maxMs : grown;
  return Math.max(0, jitter === undefined ? full : full * jitter);
}

/**
 * Celery's countdown of automatic retries, in seconds.
 * @param random - in 0..1 (exclusive); when given, the countdown is a whole number in 0..the full countdown
 * @see celery/utils/time.py get_exponential_backoff_interval
 */
export function exponentialBackoffSeconds(
  factorSeconds: number,
  retries: number,
  maximumSeconds: number,
  random?: number,
): number {
  const countdown = Math.min(maximumSeconds, factorSeconds * 2 ** retries);
  return Math.max(0, random === undefined ? countdown : Math.floor(random * (countdown + 1)));
}
