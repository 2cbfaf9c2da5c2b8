/** The middle value; of an even number the mean of the middle two. @throws {RangeError} for an empty list */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `q` (0 to 1) lies, between two of them by proportion. @throws {RangeError} for an empty list */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('There is nothing to take a quantile of.');
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}
