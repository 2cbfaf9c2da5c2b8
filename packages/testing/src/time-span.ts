/** A length of time: milliseconds, or the sum of these. */
export type TimeSpan =
  | number
  | {
      readonly days?: number;
      readonly hours?: number;
      readonly minutes?: number;
      readonly seconds?: number;
      readonly milliseconds?: number;
    };

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1000],
  ['milliseconds', 1],
]);

/**
 * The whole milliseconds of a span.
 * @throws {RangeError} for a negative or infinite one, and for a unit that is none
 */
export function spanMs(span: TimeSpan): number {
  const ms = typeof span === 'number' ? span : Object.entries(span).reduce((sum, part) => sum + partMs(part), 0);
  if (Number.isFinite(ms) && ms >= 0) return Math.round(ms);
  throw new RangeError(`Time moves forward only, by a finite number of milliseconds, not by ${ms}.`);
}

function partMs([unit, count]: [string, number | undefined]): number {
  const unitMs = UNITS_MS.get(unit);
  if (unitMs !== undefined) return (count ?? 0) * unitMs;
  throw new RangeError(`"${unit}" is no unit of time; there are: ${[...UNITS_MS.keys()].join(', ')}.`);
}
