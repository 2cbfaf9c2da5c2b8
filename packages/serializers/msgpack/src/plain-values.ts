import { DecodeError } from '@celeriac/protocol';

/**
 * Turns what the decoder gives into what a task gets: maps become objects whose keys are all own data, `__proto__` among
 * them; integers of 64 bits become numbers where they are exact, else stay bigints; bytes become a Uint8Array of their own.
 * @throws {DecodeError} for a key that is a list, a map or bytes
 */
export function toPlainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return toPlainObject(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  const items = value as unknown[];
  for (let index = 0; index < items.length; index++) items[index] = toPlainValue(items[index]);
  return items;
}

function toPlainObject(map: ReadonlyMap<unknown, unknown>): object {
  const entries: [string, unknown][] = [];
  for (const [key, value] of map) entries.push([keyText(key), toPlainValue(value)]);
  // fromEntries defines own properties and never sets a prototype.
  return Object.fromEntries(entries);
}

function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw new DecodeError('msgpack', 'a key of a map is not text');
  return String(key);
}
