import type { Logger, LogLevel } from '@celeriac/protocol';

/** What of a pino logger is used here. */
export interface PinoLike {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  isLevelEnabled(level: string): boolean;
}

type PinoLevel = 'debug' | 'info' | 'warn' | 'error';

const LEVELS: { readonly [level in LogLevel]: PinoLevel } = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
};

/**
 * Logs to a logger of pino: `new Celeriac('shop', { logger: pinoLogger(pino()) })`, from `@celeriac/core/pino`. Errors go under pino's own name, `err`.
 */
export function pinoLogger(pino: PinoLike): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      const { error, ...rest } = fields;
      pino[LEVELS[level]](error === undefined ? rest : { ...rest, err: error }, message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    isEnabled: (level) => pino.isLevelEnabled(LEVELS[level]),
  };
}
