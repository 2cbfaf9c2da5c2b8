/** When a failed publish is tried again, in seconds as in Celery's settings. */
export interface PublishRetryPolicy {
  /** Retries before the error is passed on; null retries for ever. */
  readonly maxRetries: number | null;
  /** Wait before the first retry, in seconds. */
  readonly intervalStart: number;
  /** Added to the wait with every retry, in seconds. */
  readonly intervalStep: number;
  /** Longest addition to `intervalStart`, in seconds. */
  readonly intervalMax: number;
}

/** Celery's `task_publish_retry_policy`: at once, after 0.2 s, after 0.4 s, then the error. */
export const DEFAULT_PUBLISH_RETRY_POLICY: PublishRetryPolicy = Object.freeze({
  maxRetries: 3,
  intervalStart: 0,
  intervalStep: 0.2,
  intervalMax: 1,
});

/**
 * What to do after a publish failed.
 * @param retries - retries already made (0 = the first try has just failed)
 * @returns milliseconds to wait before the next try, or undefined to give up
 * @see kombu/utils/functional.py retry_over_time, fxrange: the last step that stays within the maximum repeats
 */
export function publishRetryDelayMs(policy: PublishRetryPolicy, retries: number): number | undefined {
  if (policy.maxRetries !== null && retries >= policy.maxRetries) return undefined;
  const { intervalStart, intervalStep, intervalMax } = policy;
  const steps = intervalStep > 0 ? Math.min(retries, Math.floor(intervalMax / intervalStep + 1e-9)) : 0;
  return Math.max(0, Math.round((intervalStart + Math.max(0, steps) * intervalStep) * 1000));
}
