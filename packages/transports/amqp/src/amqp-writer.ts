import { describeType, EncodeError } from '@celeriac/protocol';

/** Deeper values are refused, before the call stack ends. */
const MAX_DEPTH = 100;
const MIN_INT32 = -0x80000000;
const MAX_INT32 = 0x7fffffff;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * Bytes of AMQP that grow as they are written. One is used for a whole batch, so that a batch is one write.
 *
 * Field tables carry the type tags that py-amqp writes: text `S`, integers `I` or, beyond 32 bits, `L`, fractions `d`,
 * `t`, `V`, `A`, `F`, bytes `x`, dates `T`. Other clients' tags for small integers mean something else to Python.
 * @see amqp/serialization.py
 */
export class AmqpWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(size = 16_384) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
  }

  get length(): number {
    return this.#length;
  }

  /** Takes back what was written after `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** What was written from `start` on; the writer goes on in memory of its own. */
  cut(start: number): Buffer {
    return this.#bytes.subarray(start, this.#length);
  }

  uint8(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  uint16(value: number): void {
    this.#room(2);
    this.#length = this.#bytes.writeUInt16BE(value, this.#length);
  }

  uint32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32BE(value, this.#length);
  }

  /** A whole number that a double holds exactly. */
  uint64(value: number): void {
    this.uint32(Math.floor(value / 0x1_0000_0000));
    this.uint32(value % 0x1_0000_0000);
  }

  setUint16(value: number, at: number): void {
    this.#bytes.writeUInt16BE(value, at);
  }

  setUint32(value: number, at: number): void {
    this.#bytes.writeUInt32BE(value, at);
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** @throws {EncodeError} above 255 bytes */
  shortText(text: string, path: string): void {
    // A UTF-16 unit takes at most three bytes.
    this.#room(1 + text.length * 3);
    const written = this.#bytes.write(text, this.#length + 1, 'utf8');
    if (written > 255) throw new EncodeError(path, 'AMQP allows at most 255 bytes here');
    this.#bytes[this.#length] = written;
    this.#length += 1 + written;
  }

  /**
   * @param path - names the table in errors
   * @throws {EncodeError} naming the path of what AMQP cannot carry
   */
  table(table: { readonly [name: string]: unknown }, path: string, depth = 0): void {
    const start = this.#length;
    this.uint32(0);
    for (const name in table) {
      if (!Object.hasOwn(table, name)) continue;
      const value = table[name];
      if (value === undefined) continue;
      this.shortText(name, path);
      this.#value(value, path, name, depth);
    }
    this.setUint32(this.#length - start - 4, start);
  }

  #value(value: unknown, path: string, name: string | number, depth: number): void {
    switch (typeof value) {
      case 'string':
        return void this.#longText(value);
      case 'number':
        return void this.#number(value);
      case 'boolean':
        this.uint8(0x74);
        return void this.uint8(value ? 1 : 0);
      case 'bigint':
        return void this.#bigint(value, pathTo(path, name));
      case 'object':
        return void this.#object(value, pathTo(path, name), depth + 1);
      default:
        throw new EncodeError(pathTo(path, name), `AMQP headers cannot carry ${describeType(value)}`);
    }
  }

  #longText(text: string): void {
    this.#room(5 + text.length * 3);
    this.#bytes[this.#length] = 0x53;
    const written = this.#bytes.write(text, this.#length + 5, 'utf8');
    this.#bytes.writeUInt32BE(written, this.#length + 1);
    this.#length += 5 + written;
  }

  #number(value: number): void {
    if (Number.isInteger(value) && !Object.is(value, -0)) {
      if (value >= MIN_INT32 && value <= MAX_INT32) {
        this.uint8(0x49);
        this.#room(4);
        this.#length = this.#bytes.writeInt32BE(value, this.#length);
        return;
      }
      if (Number.isSafeInteger(value)) return void this.#long(BigInt(value));
    }
    this.uint8(0x64);
    this.#room(8);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
  }

  #bigint(value: bigint, path: string): void {
    if (value < MIN_INT64 || value > MAX_INT64) throw new EncodeError(path, 'AMQP integers have at most 64 bits');
    if (value >= MIN_INT32 && value <= MAX_INT32) return void this.#number(Number(value));
    this.#long(value);
  }

  #long(value: bigint): void {
    this.uint8(0x4c);
    this.#room(8);
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
  }

  #object(value: object | null, path: string, depth: number): void {
    if (value === null) return void this.uint8(0x56);
    if (depth > MAX_DEPTH) throw new EncodeError(path, `nested deeper than ${MAX_DEPTH} levels`);
    if (Array.isArray(value)) return void this.#array(value, path, depth);
    if (value instanceof Uint8Array) {
      this.uint8(0x78);
      this.uint32(value.byteLength);
      return void this.bytes(value);
    }
    if (value instanceof Date) {
      this.uint8(0x54);
      return void this.uint64(Math.max(0, Math.floor(value.getTime() / 1000)));
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) {
      throw new EncodeError(path, 'AMQP headers carry plain objects only');
    }
    this.uint8(0x46);
    this.table(value as { readonly [name: string]: unknown }, path, depth);
  }

  #array(values: readonly unknown[], path: string, depth: number): void {
    this.uint8(0x41);
    const start = this.#length;
    this.uint32(0);
    for (let index = 0; index < values.length; index++) {
      this.#value(values[index] ?? null, path, index, depth);
    }
    this.setUint32(this.#length - start - 4, start);
  }

  #room(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

function pathTo(path: string, name: string | number): string {
  return typeof name === 'number' ? `${path}[${name}]` : `${path}.${name}`;
}
