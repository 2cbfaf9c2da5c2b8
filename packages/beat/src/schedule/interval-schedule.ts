import { DAY_MS, HOUR_MS, MINUTE_MS } from '../zone/civil-time.ts';
import { durationText, parseDuration } from './human-duration.ts';
import type { Schedule, ScheduleContext } from './schedule.ts';
import { ScheduleError } from './schedule-error.ts';
import type { ScheduleJson } from './schedule-json.ts';

/** Beyond this nothing would ever run. */
const LONGEST_MS = 1000 * 366 * DAY_MS;

/**
 * Every so often. Time that passes is counted, not time on the wall: across a change of clocks a day has 24 hours.
 * @see celery/schedules.py schedule
 */
export class IntervalSchedule implements Schedule {
  readonly everyMs: number;
  /** Due times are rounded down to whole days, hours or minutes on the wall, whichever the interval reaches. */
  readonly relative: boolean;

  /** @throws {ScheduleError} for anything but 1 millisecond to 1000 years */
  constructor(everyMs: number, relative = false) {
    if (!(Number.isFinite(everyMs) && everyMs >= 1 && everyMs <= LONGEST_MS)) {
      throw new ScheduleError(
        'every',
        `must be a length of time above 0, got ${everyMs / 1000} seconds`,
        `${everyMs}`,
        {
          hint: 'Write a number of seconds, or text such as "5 minutes".',
        },
      );
    }
    this.everyMs = Math.round(everyMs);
    this.relative = relative;
  }

  next(afterMs: number, { zone }: ScheduleContext): number {
    const end = afterMs + this.everyMs;
    if (!this.relative) return end;
    const resolution = resolutionOf(this.everyMs);
    const wall = zone.toWall(end);
    const rounded = zone.firstInstantOf(Math.floor(wall / resolution) * resolution);
    return rounded > afterMs ? rounded : end;
  }

  describe(): string {
    return `every ${durationText(this.everyMs)}${this.relative ? ', on the dot' : ''}`;
  }

  toJSON(): ScheduleJson {
    return { type: 'interval', everyMs: this.everyMs, ...(this.relative && { relative: true }) };
  }
}

/**
 * Every so often: a number of seconds, or text such as `'5 minutes'`.
 * @throws {ScheduleError}
 */
export function every(interval: number | string, options: { readonly relative?: boolean } = {}): IntervalSchedule {
  const ms = typeof interval === 'number' ? interval * 1000 : parseDuration(interval);
  return new IntervalSchedule(ms, options.relative ?? false);
}

/** Celery rounds its datetimes to seconds at the finest. @see celery/utils/time.py delta_resolution */
function resolutionOf(everyMs: number): number {
  if (everyMs >= DAY_MS) return DAY_MS;
  if (everyMs >= HOUR_MS) return HOUR_MS;
  return everyMs >= MINUTE_MS ? MINUTE_MS : 1000;
}
