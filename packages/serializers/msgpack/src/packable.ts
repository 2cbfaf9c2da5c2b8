import { EncodeError, encodeJson } from '@celeriac/protocol';

const MOST_LEVELS = 512;
const LOWEST_INT64 = -(2n ** 63n);
const HIGHEST_UINT64 = 2n ** 64n - 1n;

/**
 * Copies a value into the few types that the packer writes as Celery reads them: whole numbers beyond 32 bits become
 * bigints (the packer would make floats of them), dates ISO text, objects maps (so that no key has a meaning).
 * @throws {EncodeError} naming the path of what cannot be sent
 */
export function toPackable(value: unknown): unknown {
  const packable = new PackableCopy().copy(value, '');
  return packable === undefined ? null : packable;
}

class PackableCopy {
  readonly #open: object[] = [];

  /** @returns undefined for undefined */
  copy(value: unknown, path: string): unknown {
    switch (typeof value) {
      case 'number':
        return isWide(value) ? BigInt(value) : value;
      case 'bigint':
        return checkedBigint(value, path);
      case 'string':
        return checkedText(value, path);
      case 'boolean':
      case 'undefined':
        return value;
      case 'object':
        return value === null ? null : this.#copyObject(value, path);
      default:
        throw new EncodeError(path, `a ${typeof value} cannot be packed`);
    }
  }

  #copyObject(value: object, path: string): unknown {
    if (this.#open.includes(value)) throw new EncodeError(path, 'the value contains itself');
    if (this.#open.length >= MOST_LEVELS)
      throw new EncodeError(path.slice(0, 200), `more than ${MOST_LEVELS} nested levels`);
    this.#open.push(value);
    const copied = this.#copyKind(value, path);
    this.#open.pop();
    return copied;
  }

  #copyKind(value: object, path: string): unknown {
    if (Array.isArray(value)) return this.#copyList(value, path);
    if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    // The text is the one that JSON sends.
    if (value instanceof Date) return JSON.parse(encodeJson(value, { root: path }));
    if (value instanceof Map) return this.#copyEntries(mapEntries(value, path), path);
    if (value instanceof Number || value instanceof String || value instanceof Boolean)
      return this.copy(value.valueOf(), path);
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.copy(value.toJSON(''), path);
    const refused = refusedKind(value);
    if (refused !== undefined) throw new EncodeError(path, `${refused} cannot be packed`);
    return this.#copyEntries(Object.entries(value), path);
  }

  #copyList(values: readonly unknown[], path: string): unknown[] {
    return Array.from(values, (value, index) => {
      const copied = this.copy(value, `${path}[${index}]`);
      if (copied === undefined) throw new EncodeError(`${path}[${index}]`, 'undefined in a list');
      return copied;
    });
  }

  #copyEntries(entries: readonly (readonly [string, unknown])[], path: string): Map<string, unknown> {
    const copied = new Map<string, unknown>();
    for (const [key, value] of entries) {
      const member = this.copy(value, memberPath(path, key));
      if (member !== undefined) copied.set(checkedText(key, path), member);
    }
    return copied;
  }
}

function isWide(value: number): boolean {
  return Number.isSafeInteger(value) && (value > 0xffff_ffff || value < -0x8000_0000);
}

function checkedBigint(value: bigint, path: string): bigint | number {
  if (value < LOWEST_INT64 || value > HIGHEST_UINT64) {
    throw new EncodeError(path, 'an integer beyond 64 bits cannot be packed', { hint: 'Send it as text, or as JSON.' });
  }
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) && !isWide(narrow) ? narrow : value;
}

function checkedText(value: string, path: string): string {
  if (!value.isWellFormed()) throw new EncodeError(path, 'text with a lone surrogate cannot be packed');
  return value;
}

function mapEntries(map: ReadonlyMap<unknown, unknown>, path: string): [string, unknown][] {
  return Array.from(map, ([key, value]) => {
    if (typeof key === 'object' && key !== null) throw new EncodeError(path, 'a key of a map is an object');
    return [String(key), value];
  });
}

function refusedKind(value: object): string | undefined {
  if (value instanceof Set) return 'a set';
  if (value instanceof Error) return `an error (${value.name})`;
  if (value instanceof Promise) return 'a promise (await is missing?)';
  if (value instanceof RegExp) return 'a regular expression';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'a buffer other than Uint8Array';
  return undefined;
}

function memberPath(path: string, key: string): string {
  if (!/^[\w$-]{1,64}$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 64))}]`;
  return path === '' ? key : `${path}.${key}`;
}
