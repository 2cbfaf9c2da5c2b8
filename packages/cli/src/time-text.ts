/**
 * A moment in UTC as day and time of day with milliseconds. What no calendar has, from a sender that is mistaken or worse,
 * stands there alone, as the number that it is.
 * @param seconds - since 1970
 */
export function timeText(seconds: number): readonly string[] {
  const when = new Date(seconds * 1000);
  return Number.isNaN(when.getTime()) ? [String(seconds)] : when.toISOString().slice(0, -1).split('T');
}
