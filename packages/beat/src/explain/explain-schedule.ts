import type { CalendarParts } from '../schedule/calendar-fields.ts';
import { CalendarSchedule } from '../schedule/calendar-schedule.ts';
import { IntervalSchedule } from '../schedule/interval-schedule.ts';
import type { Schedule, ScheduleContext } from '../schedule/schedule.ts';
import { wallText } from '../zone/civil-time.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A due time in the zone of an entry and in UTC, as text. */
export interface ShownTime {
  readonly local: string;
  readonly utc: string;
}

/** What a schedule means, in words, and its next due times. */
export interface Explanation {
  readonly words: string;
  readonly zone: string;
  readonly next: readonly ShownTime[];
  /** What happens at the next changes of the clocks; none where they do not matter. */
  readonly notes: readonly string[];
}

const CHANGES_MS = 400 * 86_400_000;

/** Explains a schedule to people. @param count - how many due times to show */
export function explainSchedule(schedule: Schedule, context: ScheduleContext, nowMs: number, count = 5): Explanation {
  const next: ShownTime[] = [];
  let at: number | undefined = nowMs;
  while (next.length < count) {
    at = schedule.next(at, context);
    if (at === undefined) break;
    next.push(shownTime(at, context));
  }
  const isCalendar = schedule instanceof CalendarSchedule;
  return {
    words: isCalendar ? calendarWords(schedule.fields.parts) : schedule.describe(),
    zone: context.zone.name,
    next,
    notes: isCalendar ? changeNotes(schedule, context, nowMs) : intervalNotes(schedule),
  };
}

/** A moment on the wall of the context's zone, with its offset, and in UTC. */
export function shownTime(atMs: number, { zone }: ScheduleContext): ShownTime {
  const offset = zone.offsetAt(atMs);
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return {
    local: `${wallText(atMs + offset)} ${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
    utc: wallText(atMs),
  };
}

/** `at 02:30, on Sunday`. */
export function calendarWords(parts: CalendarParts): string {
  return [timeWords(parts), dayWords(parts), monthWords(parts)].filter((words) => words !== '').join(', ');
}

function timeWords({ seconds, minutes, hours }: CalendarParts): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const everyHour = hours.length === 24;
  if (seconds !== undefined && !(seconds.length === 1 && seconds[0] === 0)) {
    const rest = minutes.length === 60 && everyHour ? '' : `, ${timeWords({ minutes, hours } as CalendarParts)}`;
    return `${rhythm(seconds, 60, 'second') ?? `at second ${list(seconds.map(String))}`}${rest}`;
  }
  const often = rhythm(minutes, 60, 'minute');
  if (everyHour)
    return often ?? `at ${minutes.length === 1 ? 'minute' : 'minutes'} ${list(minutes.map(String))} of every hour`;
  if (often !== undefined)
    return `${often} from ${list(ranges(hours).map(([from, to]) => `${two(from)}:00 to ${two(to)}:59`))}`;
  if (minutes.length * hours.length <= 6) {
    return `at ${list(hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)))}`;
  }
  return `at minute ${list(minutes.map(String))} of the hours ${list(hours.map(two))}`;
}

function dayWords({ daysOfMonth, daysOfWeek, dayRule }: CalendarParts): string {
  const inMonth = daysOfMonth.length >= 31 ? '' : `on the ${list(daysOfMonth.map(ordinal))} of the month`;
  const weekdays = ranges(daysOfWeek).map(([from, to]) =>
    from === to ? DAYS[from]! : to === from + 1 ? `${DAYS[from]} and ${DAYS[to]}` : `${DAYS[from]} to ${DAYS[to]}`,
  );
  const inWeek = new Set(daysOfWeek).size >= 7 ? '' : `on ${list(weekdays)}`;
  if (inMonth === '' || inWeek === '') return inMonth + inWeek;
  return dayRule === 'or' ? `${inMonth} and ${inWeek}` : `${inMonth} if it is a ${list(weekdays, 'or')}`;
}

function monthWords({ months }: CalendarParts): string {
  if (months.length >= 12) return '';
  return `in ${list(ranges(months).map(([from, to]) => (from === to ? MONTHS[from - 1]! : `${MONTHS[from - 1]} to ${MONTHS[to - 1]}`)))}`;
}

/** `every 15 minutes`, where the numbers are evenly spaced through the whole. */
function rhythm(numbers: readonly number[], whole: number, unit: string): string | undefined {
  const step = whole / numbers.length;
  if (!numbers.every((number, index) => number === index * step)) return undefined;
  if (step === 1) return `every ${unit}`;
  return step === whole ? undefined : `every ${step} ${unit}s`;
}

/** Neighbours as ranges; the numbers are in order of size. */
function ranges(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found;
}

function list(words: readonly string[], last = 'and'): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

function ordinal(day: number): string {
  const ending =
    day % 10 === 1 && day !== 11
      ? 'st'
      : day % 10 === 2 && day !== 12
        ? 'nd'
        : day % 10 === 3 && day !== 13
          ? 'rd'
          : 'th';
  return `${day}${ending}`;
}

/** The next spring and the next autumn, if the schedule has times in the hours concerned. */
function changeNotes(schedule: CalendarSchedule, context: ScheduleContext, nowMs: number): readonly string[] {
  const { zone, daylightGap, repeatedHour } = context;
  const notes: string[] = [];
  for (
    let at = zone.nextChange(nowMs, nowMs + CHANGES_MS);
    at !== undefined;
    at = zone.nextChange(at, nowMs + CHANGES_MS)
  ) {
    const [before, after] = [zone.offsetAt(at - 1), zone.offsetAt(at)];
    const [low, high] = [Math.min(at + before, at + after), Math.max(at + before, at + after)];
    const match = schedule.fields.nextMatch(low - 1);
    if (match === undefined || match >= high) continue;
    const time = wallText(match).slice(0, 16);
    if (after > before) {
      notes.push(
        daylightGap === 'skip'
          ? `${time} does not exist: it is left out.`
          : `${time} does not exist: it comes at ${shownTime(at, context).local.slice(11, 16)}.`,
      );
    } else
      notes.push(`${time} comes twice: it runs ${repeatedHour === 'once' ? 'once, in the first hour' : 'both times'}.`);
  }
  return notes;
}

function intervalNotes(schedule: Schedule): readonly string[] {
  return schedule instanceof IntervalSchedule && !schedule.relative
    ? ['It counts the time that passes, from one run to the next.']
    : [];
}
