import { backoffMs } from '@celeriac/protocol';
import type { Settings } from '../settings/settings.ts';

/** How long a store that is away is tried when `resultBackendAlwaysRetry` is off. */
const PATIENCE_MS = 60_000;

/** The settings that decide it. */
export type StoreRetrySettings = Pick<
  Settings,
  | 'resultBackendAlwaysRetry'
  | 'resultBackendMaxRetries'
  | 'resultBackendBaseSleepBetweenRetriesMs'
  | 'resultBackendMaxSleepBetweenRetriesMs'
>;

/**
 * What to do after a result could not be stored.
 * @param retries - retries already made (0 = the first try has just failed)
 * @param elapsedMs - since the first try
 * @param random - 0 up to 1; the wait is between half and all of the full wait
 * @returns milliseconds to wait before the next try, or undefined to give up
 * @see celery/backends/base.py Backend.store_result, retry with get_exponential_backoff_interval
 */
export function storeRetryDelayMs(
  settings: StoreRetrySettings,
  retries: number,
  elapsedMs: number,
  random: number,
): number | undefined {
  const most = settings.resultBackendMaxRetries;
  if (settings.resultBackendAlwaysRetry ? most !== null && retries >= most : elapsedMs >= PATIENCE_MS) return undefined;
  return backoffMs(retries, {
    baseMs: settings.resultBackendBaseSleepBetweenRetriesMs,
    factor: 2,
    maxMs: settings.resultBackendMaxSleepBetweenRetriesMs,
    jitter: 0.5 + random / 2,
  });
}
