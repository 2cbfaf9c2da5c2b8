import { DAY_MS, dayNumber, SECOND_MS } from './civil-time.ts';

/** The offsets of one zone in one year of Greenwich: `offsets[i]` holds from `from[i]` on, in milliseconds. */
export interface ZoneYear {
  readonly from: readonly number[];
  readonly offsets: readonly number[];
}

/** Two changes of a zone are never closer than this. */
const SAMPLE_MS = 7 * DAY_MS;

/** The offsets of a year, from a function that tells the offset at a moment and is too slow to ask often. */
export function zoneYear(year: number, offsetAt: (utcMs: number) => number): ZoneYear {
  const start = dayNumber(year, 1, 1) * DAY_MS;
  const end = dayNumber(year + 1, 1, 1) * DAY_MS;
  const from = [start];
  const offsets = [offsetAt(start)];
  for (let at = start; at < end; ) {
    const next = Math.min(at + SAMPLE_MS, end);
    const before = offsets.at(-1)!;
    // The first moment of the next year belongs to that one.
    const after = offsetAt(next === end ? end - SECOND_MS : next);
    if (after !== before) {
      from.push(changeBetween(at, next, before, offsetAt));
      offsets.push(after);
    }
    at = next;
  }
  return { from, offsets };
}

/** The first whole second at which the offset is no longer `before`. */
function changeBetween(low: number, high: number, before: number, offsetAt: (utcMs: number) => number): number {
  let [same, other] = [low / SECOND_MS, high / SECOND_MS];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(middle * SECOND_MS) === before) same = middle;
    else other = middle;
  }
  return other * SECOND_MS;
}
