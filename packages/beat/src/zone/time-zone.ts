import { closest } from '@celeriac/protocol';
import { DAY_MS, dayNumber, HOUR_MS, SECOND_MS } from './civil-time.ts';
import { UnknownTimeZoneError } from './unknown-time-zone-error.ts';
import { type ZoneYear, zoneYear } from './zone-year.ts';

/** No place on earth is further from Greenwich, either way. */
const FURTHEST_MS = 15 * HOUR_MS;
const YEAR_MS = 365.2425 * DAY_MS;
/** Beyond these years a zone is taken to be as it is in the nearest of them. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2400;

const zones = new Map<string, TimeZone>();

/**
 * A time zone by its IANA name. `Intl` knows the rules and is asked once for each year; everything else is arithmetic.
 */
export class TimeZone {
  static readonly utc: TimeZone = TimeZone.of('UTC');
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #years: Map<number, ZoneYear> = new Map();
  // The stretch that was asked for last.
  #from = 1;
  #to = 0;
  #offset = 0;

  private constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name;
    this.#format = format;
  }

  /** @throws {UnknownTimeZoneError} with a suggestion */
  static of(name: string): TimeZone {
    const known = zones.get(name);
    if (known !== undefined) return known;
    const zone = new TimeZone(name, formatOf(name));
    zones.set(name, zone);
    return zone;
  }

  /** What to add to a moment to get the time on the wall, milliseconds. */
  offsetAt(utcMs: number): number {
    if (utcMs >= this.#from && utcMs < this.#to) return this.#offset;
    const { from, offsets, end } = this.#yearAt(utcMs);
    let index = from.length - 1;
    while (index > 0 && from[index]! > utcMs) index--;
    this.#from = from[index]!;
    this.#to = from[index + 1] ?? end;
    this.#offset = offsets[index]!;
    return this.#offset;
  }

  /** The time on the wall at a moment. */
  toWall(utcMs: number): number {
    return utcMs + this.offsetAt(utcMs);
  }

  /** The moments at which the wall shows this time, in order: one, two where an hour repeats, none where one is left out. */
  instantsOf(wallMs: number): readonly number[] {
    const before = this.offsetAt(wallMs - FURTHEST_MS);
    const after = this.offsetAt(wallMs + FURTHEST_MS);
    if (before === after) return [wallMs - before];
    const candidates = [wallMs - before, wallMs - after];
    return candidates.filter((instant) => this.offsetAt(instant) === wallMs - instant).sort((a, b) => a - b);
  }

  /** The first moment at which the wall shows this time, or where that time is left out, the first after the gap. */
  firstInstantOf(wallMs: number): number {
    return this.instantsOf(wallMs)[0] ?? this.gapEnd(wallMs);
  }

  /** The moment at which a left out hour ends, for a time within it. */
  gapEnd(wallMs: number): number {
    return this.nextChange(wallMs - FURTHEST_MS, wallMs + FURTHEST_MS) ?? wallMs - this.offsetAt(wallMs);
  }

  /** The first moment after `afterMs` and not after `untilMs` at which the offset changes. */
  nextChange(afterMs: number, untilMs: number): number | undefined {
    for (let at = afterMs; at <= untilMs; ) {
      const before = this.offsetAt(at);
      const to = this.#to;
      if (to > untilMs) return undefined;
      if (this.offsetAt(to) !== before) return to;
      at = to;
    }
    return undefined;
  }

  #yearAt(utcMs: number): ZoneYear & { readonly end: number } {
    let year = 1970 + Math.floor(utcMs / YEAR_MS);
    if (utcMs >= dayNumber(year + 1, 1, 1) * DAY_MS) year++;
    else if (utcMs < dayNumber(year, 1, 1) * DAY_MS) year--;
    const end = dayNumber(year + 1, 1, 1) * DAY_MS;
    const known = this.#years.get(year);
    if (known !== undefined) return { ...known, end };
    const made =
      year < FIRST_YEAR || year > LAST_YEAR
        ? { from: [dayNumber(year, 1, 1) * DAY_MS], offsets: [this.#rawOffset(edgeOf(year))] }
        : zoneYear(year, (at) => this.#rawOffset(at));
    this.#years.set(year, made);
    return { ...made, end };
  }

  #rawOffset(utcMs: number): number {
    const parts = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/.exec(this.#format.format(utcMs));
    if (parts === null) return 0;
    const [month, day, year, hour, minute, second] = parts.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const wall = dayNumber(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * SECOND_MS;
    return wall - Math.floor(utcMs / SECOND_MS) * SECOND_MS;
  }
}

function edgeOf(year: number): number {
  return dayNumber(year < FIRST_YEAR ? FIRST_YEAR : LAST_YEAR, 1, 1) * DAY_MS;
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    const near = closest(name, Intl.supportedValuesOf('timeZone'));
    throw new UnknownTimeZoneError(name, {
      cause,
      hint: near === undefined ? 'Write an IANA name such as Europe/Berlin.' : `Did you mean ${near}?`,
    });
  }
}
