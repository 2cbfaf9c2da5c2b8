import { escapeForLog } from '@celeriac/protocol';
import { CalendarFields } from './calendar-fields.ts';
import { CalendarSchedule } from './calendar-schedule.ts';
import {
  type CrontabField,
  DAY_OF_MONTH,
  DAY_OF_WEEK,
  expandField,
  type FieldRange,
  HOUR,
  MINUTE,
  MONTH_OF_YEAR,
} from './crontab-field.ts';
import { CrontabError } from './schedule-error.ts';
import type { ScheduleJson } from './schedule-json.ts';

/** The fields of a {@link crontab}; those left out take everything. */
export interface CrontabFields {
  /** 0 to 59. */
  readonly minute?: CrontabField;
  /** 0 to 23. */
  readonly hour?: CrontabField;
  /** 0 to 6, Sunday = 0, or names. A day must match this and the other two. */
  readonly dayOfWeek?: CrontabField;
  /** 1 to 31. */
  readonly dayOfMonth?: CrontabField;
  /** 1 to 12, or names. */
  readonly monthOfYear?: CrontabField;
}

const RANGES = {
  minute: MINUTE,
  hour: HOUR,
  dayOfWeek: DAY_OF_WEEK,
  dayOfMonth: DAY_OF_MONTH,
  monthOfYear: MONTH_OF_YEAR,
} as const satisfies { readonly [name in keyof CrontabFields]-?: FieldRange };

/**
 * Celery's crontab: a minute is due when it matches all five fields.
 * @see celery/schedules.py crontab
 */
export class CrontabSchedule extends CalendarSchedule {
  /** The fields as text. */
  readonly texts: { readonly [name in keyof CrontabFields]-?: string };

  /** @throws {CrontabError} naming the field, and for days that never come */
  constructor(given: CrontabFields = {}) {
    checkNames(given);
    const numbers = (name: keyof CrontabFields): readonly number[] => expandField(given[name] ?? '*', RANGES[name]);
    const fields = new CalendarFields({
      minutes: numbers('minute'),
      hours: numbers('hour'),
      daysOfMonth: numbers('dayOfMonth'),
      months: numbers('monthOfYear'),
      daysOfWeek: numbers('dayOfWeek'),
      dayRule: 'and',
    });
    super(fields);
    this.texts = {
      minute: fieldText(given.minute),
      hour: fieldText(given.hour),
      dayOfWeek: fieldText(given.dayOfWeek),
      dayOfMonth: fieldText(given.dayOfMonth),
      monthOfYear: fieldText(given.monthOfYear),
    };
    if (!fields.isPossible) throw neverComes(this.expression);
  }

  /** The five fields in the order of a crontab file: minute, hour, day of month, month, day of week. */
  get expression(): string {
    const { minute, hour, dayOfMonth, monthOfYear, dayOfWeek } = this.texts;
    return [minute, hour, dayOfMonth, monthOfYear, dayOfWeek].join(' ');
  }

  describe(): string {
    return `crontab ${this.expression}`;
  }

  toJSON(): ScheduleJson {
    return { type: 'crontab', ...this.texts };
  }
}

/**
 * A schedule by Celery's rules: `crontab({ minute: '*' + '/15', hour: '8-18', dayOfWeek: 'mon-fri' })`.
 * @throws {CrontabError} naming the field and what it takes
 */
export function crontab(fields: CrontabFields = {}): CrontabSchedule {
  return new CrontabSchedule(fields);
}

/**
 * Celery's crontab from the text of a crontab file: minute, hour, day of month, month, day of week.
 * Both day fields must match; for cron's own rule see {@link cron}.
 * @throws {CrontabError}
 * @see celery/schedules.py crontab.from_string
 */
export function crontabFromString(text: string): CrontabSchedule {
  const words = wordsOf(text, 5, 5);
  const [minute, hour, dayOfMonth, monthOfYear, dayOfWeek] = words as [string, string, string, string, string];
  return new CrontabSchedule({ minute, hour, dayOfMonth, monthOfYear, dayOfWeek });
}

/** Splits the text of a crontab. @throws {CrontabError} for another number of fields */
export function wordsOf(text: string, least: number, most: number): readonly string[] {
  const words = text.length > 3000 ? [] : text.trim().split(/[ \t]+/);
  if (words.length >= least && words.length <= most) return words;
  const expected = least === most ? `${least} fields` : `${least} or ${most} fields`;
  const found = text.length > 3000 ? `${text.length} characters` : String(text.trim() === '' ? 0 : words.length);
  throw new CrontabError(
    'crontab',
    `must have ${expected}, got ${found}: "${escapeForLog(text, 60)}"`,
    escapeForLog(text, 60),
    {
      hint: 'Write minute, hour, day of month, month, day of week: "30 2 * * 0".',
    },
  );
}

export function neverComes(expression: string): CrontabError {
  return new CrontabError(
    'dayOfMonth',
    `never comes in any of these months: "${escapeForLog(expression, 60)}"`,
    expression,
    {
      hint: 'February has 28 or 29 days; April, June, September and November have 30.',
    },
  );
}

function fieldText(field: CrontabField | undefined): string {
  if (field === undefined) return '*';
  if (typeof field === 'string') return field.replace(/\s/g, '');
  return typeof field === 'number' ? String(field) : [...field].join(',');
}

function checkNames(given: object): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(RANGES, name)) continue;
    throw new CrontabError(
      escapeForLog(name, 40),
      `is no field of a crontab; it takes ${Object.keys(RANGES).join(', ')}`,
      name,
    );
  }
}
