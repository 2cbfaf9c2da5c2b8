/**
 * A long-lived part. Legal: stop before start, stop twice, start after a failed start.
 */
export interface Service {
  /** Resolves when the part works; rejects when it cannot, or when `signal` is aborted first. */
  start(signal: AbortSignal): Promise<void>;
  /** Resolves when it holds no timers, sockets or files any more, after at most `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>;
}
