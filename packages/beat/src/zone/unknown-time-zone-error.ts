import { CeleriacError, type CeleriacErrorOptions, escapeForLog } from '@celeriac/protocol';

/** A name that is no time zone. */
export class UnknownTimeZoneError extends CeleriacError {
  readonly code = 'CLR_UNKNOWN_TIME_ZONE';
  /** What was given. */
  readonly zone: string;

  constructor(zone: string, options?: CeleriacErrorOptions) {
    super(`"${escapeForLog(zone, 60)}" is no time zone that is known here.`, options);
    this.zone = zone;
  }
}
