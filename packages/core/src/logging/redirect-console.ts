import { format } from 'node:util';
import type { Logger, LogLevel } from '@celeriac/protocol';

const METHODS = ['log', 'info', 'debug', 'warn', 'error', 'trace'] as const;

/**
 * From now on what is written to `console` goes to a log, one line for each call. A log that itself writes to `console`
 * gets through.
 * @returns gives `console` its own methods back
 * @see celery/app/log.py redirect_stdouts_to_logger
 */
export function redirectConsole(logger: Logger, level: LogLevel): () => void {
  const { console: target } = globalThis;
  const own = METHODS.map((name) => [name, target[name]] as const);
  let isLogging = false;
  for (const [name, method] of own) {
    target[name] = (...args: unknown[]): void => {
      if (isLogging) {
        method.apply(target, args);
        return;
      }
      isLogging = true;
      try {
        logger[level](format(...args));
      } finally {
        isLogging = false;
      }
    };
  }
  return () => {
    for (const [name, method] of own) target[name] = method;
  };
}
