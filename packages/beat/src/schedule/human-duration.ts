import { closest, escapeForLog } from '@celeriac/protocol';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../zone/civil-time.ts';
import { ScheduleError } from './schedule-error.ts';

const UNITS: readonly (readonly [readonly string[], number])[] = [
  [['week', 'weeks', 'w'], 7 * DAY_MS],
  [['day', 'days', 'd'], DAY_MS],
  [['hour', 'hours', 'hr', 'hrs', 'h'], HOUR_MS],
  [['minute', 'minutes', 'min', 'mins', 'm'], MINUTE_MS],
  [['second', 'seconds', 'sec', 'secs', 's'], SECOND_MS],
  [['millisecond', 'milliseconds', 'ms'], 1],
];
const MS_BY_UNIT: ReadonlyMap<string, number> = new Map(
  UNITS.flatMap(([names, ms]) => names.map((name): [string, number] => [name, ms])),
);
const LONGEST = 100;

/**
 * Reads a length of time as people write it: `5 minutes`, `every 1h 30m`, `1 day and 2 hours`, `minute`.
 * @returns milliseconds
 * @throws {ScheduleError}
 */
export function parseDuration(text: string, field = 'every'): number {
  if (text.length > LONGEST) throw refused(field, text);
  const rest = text
    .trim()
    .toLowerCase()
    .replace(/^every\b\s*/, '');
  const alone = MS_BY_UNIT.get(rest);
  if (alone !== undefined && rest.length > 2) return alone;
  const parts = [...rest.matchAll(/([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)(?:\s*,?\s*(?:and\s+)?|$)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== rest) throw refused(field, text);
  return parts.reduce((total, [, amount, unit]) => total + Number(amount) * unitMs(unit!, field, text), 0);
}

/** The reverse: `1 hour 30 minutes`. */
export function durationText(ms: number): string {
  const words: string[] = [];
  let rest = ms;
  for (const [names, unit] of UNITS) {
    const count = Math.floor(rest / unit);
    if (count === 0 || (unit === 7 * DAY_MS && rest % unit !== 0)) continue;
    words.push(`${count} ${count === 1 ? names[0] : names[1]}`);
    rest -= count * unit;
  }
  return words.length === 0 ? `${ms} milliseconds` : words.join(' ');
}

function unitMs(unit: string, field: string, text: string): number {
  const ms = MS_BY_UNIT.get(unit);
  if (ms !== undefined) return ms;
  const near = closest(unit, MS_BY_UNIT.keys());
  throw new ScheduleError(field, `has the unknown unit "${escapeForLog(unit, 20)}"`, escapeForLog(text, 40), {
    hint: near === undefined ? 'Units are weeks, days, hours, minutes, seconds.' : `Did you mean ${near}?`,
  });
}

function refused(field: string, text: string): ScheduleError {
  return new ScheduleError(field, `is no length of time: "${escapeForLog(text, 40)}"`, escapeForLog(text, 40), {
    hint: 'Write a number of seconds, or text such as "5 minutes".',
  });
}
