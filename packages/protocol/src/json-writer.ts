import { toBuffer } from './bytes.ts';
import { isoTime } from './iso-time.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { EncodeError } from './protocol-errors.ts';

/** Which Celery's forms are used for dates and bytes. */
export type JsonTypes = 'celery-5.2' | 'celery-5.3';

/** Writes what native `JSON.stringify` would lose or refuse; complete, so that it may be given anything. */
export function writeJson(value: unknown, types: JsonTypes, root: string): string {
  const text = new JsonWriter(types).write(value, root);
  return text ?? 'null';
}

class JsonWriter {
  readonly #types: JsonTypes;
  readonly #open: object[] = [];

  constructor(types: JsonTypes) {
    this.#types = types;
  }

  /** @returns undefined for undefined, which means null at the top and nothing in an object */
  write(value: unknown, path: string): string | undefined {
    switch (typeof value) {
      case 'undefined':
        return undefined;
      case 'string':
        return JSON.stringify(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'bigint':
        return value.toString();
      case 'number':
        return writeNumber(value);
      case 'object':
        return value === null ? 'null' : this.#writeObject(value, path);
      default:
        throw new EncodeError(path, `a ${typeof value} is not JSON serialisable`);
    }
  }

  #writeObject(value: object, path: string): string | undefined {
    if (this.#open.includes(value)) throw new EncodeError(path, 'the value contains itself');
    if (this.#open.length >= DEFAULT_LIMITS.maxDepth) {
      throw new EncodeError(shortened(path), `more than ${DEFAULT_LIMITS.maxDepth} nested levels`);
    }
    this.#open.push(value);
    const text = this.#writeKind(value, path);
    this.#open.pop();
    return text;
  }

  #writeKind(value: object, path: string): string | undefined {
    if (Array.isArray(value)) return this.#writeArray(value, path);
    if (value instanceof Date) return this.#writeDate(value, path);
    if (value instanceof Uint8Array) return this.#writeBytes(value, path);
    if (value instanceof Map) return this.#writeEntries(mapEntries(value, path), path);
    if (value instanceof Number || value instanceof String || value instanceof Boolean) {
      return this.write(value.valueOf(), path);
    }
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.write(value.toJSON(''), path);
    const refused = refusedKind(value);
    if (refused !== undefined) throw new EncodeError(path, `${refused} is not JSON serialisable`);
    return this.#writeEntries(Object.entries(value), path);
  }

  #writeArray(values: readonly unknown[], path: string): string {
    let text = '[';
    for (let index = 0; index < values.length; index++) {
      const item = this.write(values[index], `${path}[${index}]`);
      if (item === undefined) throw new EncodeError(`${path}[${index}]`, 'undefined in a list');
      text += index === 0 ? item : `,${item}`;
    }
    return `${text}]`;
  }

  #writeEntries(entries: Iterable<readonly [string, unknown]>, path: string): string {
    let text = '{';
    for (const [key, value] of entries) {
      const member = this.write(value, memberPath(path, key));
      if (member === undefined) continue;
      text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${member}`;
    }
    return `${text}}`;
  }

  #writeDate(date: Date, path: string): string {
    const ms = date.getTime();
    if (Number.isNaN(ms)) throw new EncodeError(path, 'an invalid date is not JSON serialisable');
    const text = isoTime(ms);
    if (this.#types === 'celery-5.3') return `{"__type__":"datetime","__value__":"${text}"}`;
    return `"${text.replace('+00:00', 'Z')}"`;
  }

  #writeBytes(bytes: Uint8Array, path: string): string {
    if (this.#types !== 'celery-5.3') {
      throw new EncodeError(path, 'bytes are not JSON serialisable', {
        hint: 'Send base64 text, use the msgpack serializer, or switch the JSON types to celery-5.3.',
      });
    }
    const base64 = toBuffer(bytes).toString('base64');
    return `{"__type__":"base64","__value__":"${base64}"}`;
  }
}

function writeNumber(value: number): string {
  if (value - value === 0) return Object.is(value, -0) ? '-0.0' : String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

function mapEntries(map: ReadonlyMap<unknown, unknown>, path: string): [string, unknown][] {
  return Array.from(map, ([key, value]) => [keyText(key, path), value]);
}

/** Python turns these keys into text the same way. */
function keyText(key: unknown, path: string): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean' || key === null)
    return String(key);
  throw new EncodeError(path, `a key of a map is a ${typeof key}`);
}

function refusedKind(value: object): string | undefined {
  if (value instanceof Set) return 'a set';
  if (value instanceof Error) return `an error (${value.name})`;
  if (value instanceof Promise) return 'a promise (await is missing?)';
  if (value instanceof RegExp) return 'a regular expression';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'a buffer';
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) return 'a weak reference';
  return undefined;
}

function memberPath(path: string, key: string): string {
  if (!/^[\w$-]{1,64}$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 64))}]`;
  return path === '' ? key : `${path}.${key}`;
}

function shortened(path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}
