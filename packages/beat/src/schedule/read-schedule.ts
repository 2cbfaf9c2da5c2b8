import { describeType, escapeForLog, isRecord } from '@celeriac/protocol';
import { clocked } from './clocked-schedule.ts';
import { cron } from './cron-schedule.ts';
import { CrontabSchedule, crontabFromString } from './crontab-schedule.ts';
import { every, IntervalSchedule } from './interval-schedule.ts';
import type { PolledSchedule, Schedule } from './schedule.ts';
import { ScheduleError } from './schedule-error.ts';
import type { ScheduleJson } from './schedule-json.ts';
import { SolarSchedule } from './solar-schedule.ts';

/**
 * What counts as a schedule: seconds, text (`'5 minutes'`, Celery's crontab `'30 2 * * 0'`, an ISO time), a date for one run, a
 * schedule, an object of your own with `next` or `isDue`, or the JSON of a schedule.
 */
export type ScheduleLike = number | string | Date | Schedule | PolledSchedule | ScheduleJson;

/** @throws {ScheduleError} */
export function readSchedule(given: unknown, relative = false): Schedule | PolledSchedule {
  if (typeof given === 'number') return every(given, { relative });
  if (typeof given === 'string') return readText(given, relative);
  if (given instanceof Date) return clocked(given);
  if (typeof given === 'object' && given !== null) {
    if (isSchedule(given))
      return relative && given instanceof IntervalSchedule ? every(given.everyMs / 1000, { relative }) : given;
    if (isRecord(given) && typeof given['type'] === 'string') return scheduleFromJson(given as unknown as ScheduleJson);
  }
  throw new ScheduleError('schedule', `cannot be ${describeType(given)}`, describeType(given), {
    hint: 'Write seconds, "5 minutes", crontab({ minute: 0 }), or an object with next() or isDue().',
  });
}

/** @throws {ScheduleError} for what is no schedule, or one of a later version */
export function scheduleFromJson(json: ScheduleJson): Schedule {
  switch (json.type) {
    case 'interval':
      return new IntervalSchedule(Number(json.everyMs), json.relative === true);
    case 'crontab': {
      const { type: _type, ...fields } = json;
      return new CrontabSchedule(fields);
    }
    case 'cron':
      return cron(String(json.expression));
    case 'solar':
      return new SolarSchedule(json.event as never, Number(json.latitude), Number(json.longitude));
    case 'clocked':
      return clocked(String(json.at));
    default:
      throw new ScheduleError(
        'type',
        'is no kind of schedule',
        escapeForLog(String((json as { type: unknown }).type), 40),
      );
  }
}

function readText(text: string, relative: boolean): Schedule {
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) return cron(trimmed);
  if (/^\d{4}-\d\d-\d\d/.test(trimmed)) return clocked(trimmed);
  // Everything with a star, or that begins like a minute without a unit, means a crontab.
  if (/[*?]/.test(trimmed) || /^[0-9,/-]+\s+[0-9,/-]+\s/.test(trimmed) || trimmed.length > 100)
    return crontabFromString(trimmed);
  return every(trimmed, { relative });
}

function isSchedule(value: object): value is Schedule | PolledSchedule {
  return (
    ('next' in value && typeof value.next === 'function') || ('isDue' in value && typeof value.isDue === 'function')
  );
}
