import type { Clock, Logger } from '@celeriac/protocol';
import type { Settings } from '../settings/settings.ts';
import { ConsoleLogger } from './console-logger.ts';
import { writePast } from './stream-writes.ts';

/** A logger to standard error, as the settings say. */
export function makeLogger(settings: Settings, clock: Clock): Logger {
  const { logLevel, logFormat, workerLogColor, workerLogFormat, workerTaskLogFormat } = settings;
  return new ConsoleLogger({
    level: logLevel,
    format: logFormat,
    color: workerLogColor ?? (process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined),
    lineFormat: workerLogFormat,
    taskLineFormat: workerTaskLogFormat,
    clock,
    write: (line) => writePast(process.stderr, `${line}\n`),
  });
}
