/**
 * A value with every object as a Map, so that `deepEqual` sees keys and values but not prototypes: what was decoded has
 * null-prototype objects where the sender had plain ones. Undefined members count as absent.
 */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return new Map(members.map(([key, member]) => [key, plainValue(member)]));
}
