/**
 * Revoked ids with their times as a `hello` carries them. Python nodes refuse a time that is no float, and JSON tells
 * floats by their fraction only: whole seconds get a microsecond more.
 * @param revoked - seconds of the monotonic clock by id
 */
export function revokedSeconds(revoked: ReadonlyMap<string, number>): { [id: string]: unknown } {
  const times = Object.create(null) as { [id: string]: unknown };
  for (const [id, seconds] of revoked) times[id] = [Number.isInteger(seconds) ? seconds + 1e-6 : seconds, id];
  return times;
}
