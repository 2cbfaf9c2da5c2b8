import { civilDate, DAY_MS, dayNumber, dayOfWeek, daysInMonth, MINUTE_MS, SECOND_MS } from '../zone/civil-time.ts';

/** Whether a day must be in both of the day fields, as for Celery, or in one of them, as for cron. */
export type DayRule = 'and' | 'or';

/** What {@link CalendarFields} is made of. */
export interface CalendarParts {
  readonly seconds?: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  /** 0 = Sunday. */
  readonly daysOfWeek: readonly number[];
  readonly dayRule: DayRule;
}

/** 29 February on one weekday comes back after 40 years at the latest, when a century is in between. */
const SEARCHED_DAYS = 41 * 366;

/** The times on the wall that match a set of seconds, minutes, hours, days and months. */
export class CalendarFields {
  readonly parts: CalendarParts;
  readonly #seconds: readonly number[];
  readonly #minutes: readonly number[];
  readonly #hours: readonly number[];
  readonly #months: ReadonlySet<number>;
  readonly #daysOfMonth: ReadonlySet<number>;
  readonly #daysOfWeek: ReadonlySet<number>;
  readonly #isOr: boolean;
  readonly #unitMs: number;

  /** @param parts - numbers in range; no list is empty */
  constructor(parts: CalendarParts) {
    this.parts = parts;
    this.#seconds = sorted(parts.seconds ?? [0]);
    this.#minutes = sorted(parts.minutes);
    this.#hours = sorted(parts.hours);
    this.#months = new Set(parts.months);
    this.#daysOfMonth = new Set(parts.daysOfMonth);
    this.#daysOfWeek = new Set(parts.daysOfWeek);
    this.#isOr = parts.dayRule === 'or';
    this.#unitMs = parts.seconds === undefined ? MINUTE_MS : SECOND_MS;
  }

  /** Whether any day ever matches: 31 February does not. */
  get isPossible(): boolean {
    if (this.#isOr) return true;
    const first = Math.min(...this.#daysOfMonth);
    return [...this.#months].some((month) => first <= daysInMonth(2000, month));
  }

  /** The first time after `wallMs` that matches; undefined when none ever does. */
  nextMatch(wallMs: number): number | undefined {
    const from = (Math.floor(wallMs / this.#unitMs) + 1) * this.#unitMs;
    let day = Math.floor(from / DAY_MS);
    let seconds = (from - day * DAY_MS) / SECOND_MS;
    for (const last = day + SEARCHED_DAYS; day <= last; ) {
      const { year, month, day: dayOfMonth } = civilDate(day);
      if (!this.#months.has(month)) {
        day = dayNumber(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1);
        seconds = 0;
        continue;
      }
      if (this.#matchesDay(dayOfMonth, dayOfWeek(day))) {
        const time = this.#timeFrom(seconds);
        if (time !== undefined) return day * DAY_MS + time * SECOND_MS;
      }
      day++;
      seconds = 0;
    }
    return undefined;
  }

  #matchesDay(dayOfMonth: number, weekday: number): boolean {
    const inMonth = this.#daysOfMonth.has(dayOfMonth);
    const inWeek = this.#daysOfWeek.has(weekday);
    return this.#isOr ? inMonth || inWeek : inMonth && inWeek;
  }

  /** The first matching second of a day that is not before `seconds`. */
  #timeFrom(seconds: number): number | undefined {
    const fromHour = Math.floor(seconds / 3600);
    const fromMinute = Math.floor(seconds / 60) % 60;
    for (const hour of this.#hours) {
      if (hour < fromHour) continue;
      for (const minute of this.#minutes) {
        if (hour === fromHour && minute < fromMinute) continue;
        const least = hour === fromHour && minute === fromMinute ? seconds % 60 : 0;
        const second = this.#seconds.find((one) => one >= least);
        if (second !== undefined) return hour * 3600 + minute * 60 + second;
      }
    }
    return undefined;
  }
}

function sorted(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
