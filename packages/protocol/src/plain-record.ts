/** An object without a prototype: any outside key is plain data in it, `__proto__` and `constructor` included. */
export type PlainRecord = { [key: string]: unknown };

/** An empty object without a prototype. */
export function emptyRecord(): PlainRecord {
  return Object.create(null) as PlainRecord;
}

/** The own enumerable properties of `source` in a null-prototype object; `source` itself when it has none already. */
export function toRecord(source: object): PlainRecord {
  if (Object.getPrototypeOf(source) === null) return source as PlainRecord;
  const record = emptyRecord();
  for (const key of Object.keys(source)) record[key] = (source as PlainRecord)[key];
  return record;
}

/** Whether `value` is an object with keys: neither null nor an array, nor bytes, dates, maps and the like. */
export function isRecord(value: unknown): value is PlainRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** What a value is, for messages: `null`, `list`, `text`, `object`, `number`, … */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'object':
      return 'an object';
    default:
      return `a ${typeof value}`;
  }
}
