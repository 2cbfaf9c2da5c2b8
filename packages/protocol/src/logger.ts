/** Levels of a log, lowest first. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** Where Celeriac logs. Fields are data: writers escape them for their format. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warning(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** Ask before building a costly line. */
  isEnabled(level: LogLevel): boolean;
}

/** Logs nothing. */
export const silentLogger: Logger = Object.freeze({
  debug: () => {},
  info: () => {},
  warning: () => {},
  error: () => {},
  isEnabled: () => false,
});
