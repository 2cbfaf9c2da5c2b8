/** What decoding makes of numbers that native encoding wrote: integers beyond 2^53 come back as bigints. */
export function exactIntegers(value: unknown): unknown {
  if (typeof value === 'number') return needsBigint(value) ? BigInt(String(value)) : value;
  if (Array.isArray(value)) return value.map(exactIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, exactIntegers(member)]));
}

function needsBigint(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
}
