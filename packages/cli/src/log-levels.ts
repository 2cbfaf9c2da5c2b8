import type { LogLevel } from '@celeriac/protocol';

/** What `--loglevel` takes; the last two are Celery's. */
export const LOG_LEVELS = ['debug', 'info', 'warning', 'error', 'critical', 'fatal'] as const;

/** The level that is meant: nothing here is logged above `error`. @param chosen - one of {@link LOG_LEVELS} */
export function logLevelOf(chosen: string): LogLevel {
  return chosen === 'critical' || chosen === 'fatal' ? 'error' : (chosen as LogLevel);
}
