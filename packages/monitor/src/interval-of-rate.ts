/** `10/s`, `100/m`, `5/h`; a plain number counts for each second. */
const RATE = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/;
const UNITS_MS: { readonly [unit: string]: number } = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * The shortest time between two events of a rate.
 * @returns milliseconds
 * @throws {RangeError} for a text that is no rate above 0
 * @see celery/utils/time.py rate
 */
export function intervalOfRate(rate: string | number): number {
  const [, count = '', unit = 's'] = RATE.exec(String(rate)) ?? [];
  const perUnit = Number(count);
  if (count === '' || !(perUnit > 0)) throw new RangeError(`maxRate must be a rate such as "10/m", not "${rate}"`);
  return UNITS_MS[unit]! / perUnit;
}
