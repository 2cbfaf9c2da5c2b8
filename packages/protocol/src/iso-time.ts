import { InvalidMessageError } from './protocol-errors.ts';

/** Years 0001 to 9999, as Python's datetime has them. */
const LOWEST_MS = -62_135_596_800_000;
const HIGHEST_MS = 253_402_300_799_999;

/** @see celery/utils/iso8601.py: the same fields; an offset only after a time. */
const isoPattern =
  /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|([+-])(\d{2}):?(\d{2})|([+-])(\d{2}))?)?)?)?$/;

/**
 * A point in time as Celery writes it: `2026-11-21T05:45:35.227000+00:00`; the fraction has six digits or is absent.
 * @param ms - Unix milliseconds; fractions of a millisecond are kept to the microsecond
 * @throws {RangeError} outside the years 0001..9999
 */
export function isoTime(ms: number): string {
  return `${isoNaive(ms)}+00:00`;
}

/** {@link isoTime} in UTC without the offset, as Celery 5.2 writes `date_done`. */
export function isoNaive(ms: number): string {
  if (!(ms >= LOWEST_MS && ms <= HIGHEST_MS)) throw new RangeError(`No time within the years 1 to 9999: ${ms}`);
  const whole = Math.floor(ms);
  const micros = Math.min(999, Math.round((ms - whole) * 1000));
  const text = new Date(whole).toISOString();
  if (micros !== 0) return text.slice(0, 23) + String(micros).padStart(3, '0');
  return text.endsWith('.000Z') ? text.slice(0, 19) : `${text.slice(0, 23)}000`;
}

/**
 * Reads a time as Celery reads it: no offset means UTC; a date alone is its midnight; **the digits of the fraction
 * count microseconds**, so `.5` is five microseconds and `.123` is not 123 milliseconds.
 * @returns Unix milliseconds, with microseconds as the fraction
 * @throws {InvalidMessageError} for any other text, more than six digits of fraction, or a date that does not exist
 * @see celery/utils/iso8601.py parse_iso8601
 */
export function parseIsoTime(text: string): number {
  const match = isoPattern.exec(text);
  if (match === null) throw invalid('is no ISO 8601 time');
  const [, year, month, day, hour, minute, second, fraction, zone, sign, hours, minutes, sign2, hours2] = match;
  if (fraction !== undefined && fraction.length > 6) throw invalid('has more than six digits of fraction');
  const ms = utcMs(
    Number(year),
    Number(month ?? 1),
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  );
  const micros = fraction === undefined ? 0 : Number(fraction);
  const offsetMs = zone === undefined || zone === 'Z' ? 0 : zoneMs(sign ?? sign2!, hours ?? hours2!, minutes ?? '0');
  return ms - offsetMs + micros / 1000;
}

function utcMs(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) {
    throw invalid('is a date or time that does not exist');
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) throw invalid('is a date that does not exist');
  return date.setUTCHours(hour, minute, second);
}

function zoneMs(sign: string, hours: string, minutes: string): number {
  if (Number(hours) > 23 || Number(minutes) > 59) throw invalid('has an offset that does not exist');
  const total = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -total : total;
}

function invalid(problem: string): InvalidMessageError {
  return new InvalidMessageError('time', problem);
}
