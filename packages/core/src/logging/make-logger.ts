import type { Clock, Logger } from '@celeriac/protocol';
import type { Settings } from '../settings/settings.ts';
import { ConsoleLogger } from './console-logger.ts';

/** A logger to standard error, as the settings say. */
export function makeLogger({ logLevel, logFormat, workerLogColor }: Settings, clock: Clock): Logger {
  return new ConsoleLogger({
    level: logLevel,
    format: logFormat,
    color: workerLogColor ?? (process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined),
    clock,
    write: (line) => process.stderr.write(`${line}\n`),
  });
}
