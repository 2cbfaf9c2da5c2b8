import { CalendarFields } from './calendar-fields.ts';
import { CalendarSchedule } from './calendar-schedule.ts';
import {
  DAY_OF_MONTH,
  DAY_OF_WEEK,
  expandText,
  type FieldRange,
  HOUR,
  MINUTE,
  MONTH_OF_YEAR,
  SECOND,
} from './crontab-field.ts';
import { neverComes, wordsOf } from './crontab-schedule.ts';
import type { ScheduleJson } from './schedule-json.ts';

/** Cron lets 7 be Sunday too. */
const CRON_DAY_OF_WEEK: FieldRange = { ...DAY_OF_WEEK, most: 7 };

const SHORT: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/**
 * The classic cron expression: five fields, or six with seconds first. When both day fields are given (neither begins
 * with `*`), a day that matches one of them is enough. Celery's crontab differs, see {@link crontab}.
 */
export class CronSchedule extends CalendarSchedule {
  readonly expression: string;

  /** @throws {CrontabError} */
  constructor(expression: string) {
    const words = wordsOf(SHORT.get(expression.trim().toLowerCase()) ?? expression, 5, 6);
    const [minute, hour, dayOfMonth, month, dayOfWeek] = words.slice(-5) as [string, string, string, string, string];
    const numbers = (text: string, range: FieldRange): readonly number[] =>
      expandText(text === '?' ? '*' : text, range, false);
    const isOpen = (text: string): boolean => text.startsWith('*') || text === '?';
    const dayRule = isOpen(dayOfMonth) || isOpen(dayOfWeek) ? 'and' : 'or';
    const fields = new CalendarFields({
      ...(words.length === 6 && { seconds: numbers(words[0]!, SECOND) }),
      minutes: numbers(minute, MINUTE),
      hours: numbers(hour, HOUR),
      daysOfMonth: numbers(dayOfMonth, DAY_OF_MONTH),
      months: numbers(month, MONTH_OF_YEAR),
      daysOfWeek: numbers(dayOfWeek, CRON_DAY_OF_WEEK).map((day) => day % 7),
      dayRule,
    });
    if (!fields.isPossible) throw neverComes(expression);
    super(fields);
    this.expression = words.join(' ');
  }

  describe(): string {
    return `cron ${this.expression}`;
  }

  toJSON(): ScheduleJson {
    return { type: 'cron', expression: this.expression };
  }
}

/**
 * A classic cron expression: `cron('0 9 1 * mon')` is 9 o'clock on the first of the month and on every Monday;
 * `cron('*' + '/10 * * * * *')` has seconds.
 * @throws {CrontabError} naming the field and what it takes
 */
export function cron(expression: string): CronSchedule {
  return new CronSchedule(expression);
}
