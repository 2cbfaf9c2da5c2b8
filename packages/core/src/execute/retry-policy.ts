import type { ErrorMatcher, ResolvedTaskOptions } from '../task/registered-task.ts';

/** The options that decide whether and when a task runs again. */
export type RetryOptions = Pick<
  ResolvedTaskOptions,
  'autoretryFor' | 'dontAutoretryFor' | 'defaultRetryDelay' | 'retryBackoff' | 'retryBackoffMax' | 'retryJitter'
>;

/** Whether the task is to be retried for this error by itself. @see celery/app/autoretry.py */
export function retriesItself(error: unknown, options: RetryOptions): boolean {
  return matchesError(error, options.autoretryFor) && !matchesError(error, options.dontAutoretryFor);
}

/** Whether `error` is of one of the classes, or has one of the names (an error of a Python task, say). */
export function matchesError(error: unknown, matchers: readonly ErrorMatcher[]): boolean {
  return matchers.some((matcher) =>
    typeof matcher === 'string' ? nameOf(error) === matcher : error instanceof matcher,
  );
}

/**
 * Seconds to wait before an automatic retry.
 * @param retries - attempts already repeated, 0 = first retry
 * @param random - 0 up to 1; with jitter the delay is a whole number of seconds from 0 to the full delay
 * @see celery/utils/time.py get_exponential_backoff_interval
 */
export function automaticDelaySeconds(options: RetryOptions, retries: number, random: number): number {
  if (options.retryBackoff === false) return options.defaultRetryDelay;
  const factor = options.retryBackoff === true ? 1 : options.retryBackoff;
  const full = Math.min(options.retryBackoffMax, factor * 2 ** retries);
  return options.retryJitter ? Math.floor(random * (full + 1)) : full;
}

function nameOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { excType, name } = error as { readonly excType?: unknown; readonly name?: unknown };
  return typeof excType === 'string' ? excType : typeof name === 'string' ? name : undefined;
}
