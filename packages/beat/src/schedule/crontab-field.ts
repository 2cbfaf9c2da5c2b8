import { escapeForLog } from '@celeriac/protocol';
import { CrontabError } from './schedule-error.ts';

/** What stands in one place of a crontab: a number, a text such as `'1-5,10'`, or several numbers. */
export type CrontabField = number | string | readonly number[] | ReadonlySet<number>;

/** One place of a crontab. */
export interface FieldRange {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names of the numbers from `least` on, by their first three letters. */
  readonly names?: readonly string[];
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

export const SECOND: FieldRange = { name: 'second', least: 0, most: 59 };
export const MINUTE: FieldRange = { name: 'minute', least: 0, most: 59 };
export const HOUR: FieldRange = { name: 'hour', least: 0, most: 23 };
export const DAY_OF_MONTH: FieldRange = { name: 'dayOfMonth', least: 1, most: 31 };
export const MONTH_OF_YEAR: FieldRange = { name: 'monthOfYear', least: 1, most: 12, names: MONTHS };
export const DAY_OF_WEEK: FieldRange = { name: 'dayOfWeek', least: 0, most: 6, names: DAYS };

/** A list of all minutes has 169 characters. */
const LONGEST = 500;

/**
 * The numbers of a field, by Celery's rules: `*`, `*` with steps, ranges that may wrap around (`22-2`), ranges with steps,
 * lists of these, names of weekdays and months.
 * @throws {CrontabError} naming field and range
 * @see celery/schedules.py crontab_parser
 */
export function expandField(field: CrontabField, range: FieldRange): readonly number[] {
  if (typeof field === 'string') return expandText(field, range, true);
  const numbers = typeof field === 'number' ? [field] : isNumbers(field) ? [...field] : undefined;
  if (numbers === undefined) throw refused(range, `must be a number, text, or a list of numbers`, typeof field);
  if (numbers.length === 0) throw refused(range, 'is empty', '[]');
  for (const number of numbers) checkNumber(number, range, String(number));
  return numbers;
}

/** @param wraps - whether `22-2` means 22, 23, 0, 1, 2 */
export function expandText(text: string, range: FieldRange, wraps: boolean): readonly number[] {
  if (text.length > LONGEST) throw refused(range, `is longer than ${LONGEST} characters`, text);
  return text.split(',').flatMap((part) => expandPart(part.trim(), range, wraps, text));
}

function expandPart(part: string, range: FieldRange, wraps: boolean, text: string): readonly number[] {
  const [, spec, steps] = /^([^/]*)(?:\/(.*))?$/s.exec(part)!;
  const step = steps === undefined ? 1 : stepOf(steps, range, text);
  const all = expandRange(spec!, steps !== undefined, range, wraps, text);
  return step === 1 ? all : all.filter((_number, index) => index % step === 0);
}

function expandRange(
  spec: string,
  hasStep: boolean,
  range: FieldRange,
  wraps: boolean,
  text: string,
): readonly number[] {
  const { least, most } = range;
  if (spec === '*') return numbersFrom(least, most);
  const bounds = spec.split('-');
  if (spec === '' || bounds.includes('')) throw refused(range, `has a part without a number in "${shown(text)}"`, text);
  if (bounds.length > 2) throw refused(range, `has a range with three ends in "${shown(text)}"`, text);
  const [from, to] = bounds.map((bound) => numberOf(bound, range, text)) as [number, number?];
  if (to === undefined) {
    if (hasStep)
      throw refused(range, `has steps after a single number in "${shown(text)}"`, text, `Write ${from}-${most}/…`);
    return [from];
  }
  if (to >= from) return numbersFrom(from, to);
  if (!wraps) throw refused(range, `has a range that goes backwards in "${shown(text)}"`, text);
  return [...numbersFrom(from, most), ...numbersFrom(least, to)];
}

function stepOf(steps: string, range: FieldRange, text: string): number {
  if (/^[0-9]{1,4}$/.test(steps) && Number(steps) > 0) return Number(steps);
  throw refused(range, `needs a whole number above 0 after "/", in "${shown(text)}"`, text);
}

function numberOf(word: string, range: FieldRange, text: string): number {
  if (/^[0-9]{1,4}$/.test(word)) return checkNumber(Number(word), range, text);
  const { names = [], least } = range;
  const index = /^[a-z]{3,}$/i.test(word) ? names.indexOf(word.slice(0, 3).toLowerCase()) : -1;
  if (index >= 0) return index + least;
  const kinds = names.length === 0 ? 'a number' : `a number or a name such as ${names[1]}`;
  throw refused(range, `needs ${kinds} instead of "${shown(word)}"`, text);
}

function checkNumber(number: unknown, range: FieldRange, text: string): number {
  if (Number.isInteger(number) && (number as number) >= range.least && (number as number) <= range.most) {
    return number as number;
  }
  const isSunday = range === DAY_OF_WEEK && number === 7;
  throw refused(range, `has ${String(number)}`, text, isSunday ? 'Sunday is 0.' : undefined);
}

function numbersFrom(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_item, index) => from + index);
}

function isNumbers(field: unknown): field is Iterable<number> {
  return Array.isArray(field) || field instanceof Set;
}

function shown(text: string): string {
  return escapeForLog(text, 40);
}

function refused({ name, least, most }: FieldRange, problem: string, value: string, hint?: string): CrontabError {
  const range = `it takes ${least} to ${most}`;
  return new CrontabError(name, `${problem}; ${range}`, shown(value), hint === undefined ? undefined : { hint });
}
