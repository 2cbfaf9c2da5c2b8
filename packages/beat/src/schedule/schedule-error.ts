import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** A schedule that cannot be. */
export class ScheduleError extends CeleriacError {
  readonly code: string = 'CLR_SCHEDULE';
  /** The part at fault: `every`, `latitude`, `minute` … */
  readonly field: string;
  /** What was given, shortened. */
  readonly value: string;

  constructor(field: string, problem: string, value: string, options?: CeleriacErrorOptions) {
    super(`${field} ${problem}`, options);
    this.field = field;
    this.value = value;
  }
}

/** A crontab or cron expression that cannot be. */
export class CrontabError extends ScheduleError {
  override readonly code: string = 'CLR_CRONTAB';
}
