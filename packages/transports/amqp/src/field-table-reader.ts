import { InvalidMessageError } from '@celeriac/protocol';

/** Deeper tables are refused, before the call stack ends. */
const MAX_DEPTH = 100;

type Table = { [name: string]: unknown };

/**
 * Reads a field table, without its leading length. Integers beyond 2^53 are bigint, dates are Date, tables have no
 * prototype. The tags are RabbitMQ's, and `L` and `U` as py-amqp writes them.
 * @throws {InvalidMessageError} for an unknown tag, or a length beyond the end
 */
export function readFieldTable(bytes: Buffer): { readonly [name: string]: unknown } {
  return new FieldTableReader(bytes).table(bytes.length, 0);
}

class FieldTableReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  table(end: number, depth: number): Table {
    const table: Table = Object.create(null);
    while (this.#at < end) {
      const length = this.#bytes[this.#at]!;
      const start = this.#take(1 + length, end) + 1;
      const name = this.#bytes.toString('utf8', start, start + length);
      table[name] = this.#value(end, depth);
    }
    return table;
  }

  #value(end: number, depth: number): unknown {
    const tag = this.#bytes[this.#take(1, end)]!;
    const bytes = this.#bytes;
    switch (tag) {
      case 0x53: {
        const [start, stop] = this.#long(end);
        return bytes.toString('utf8', start, stop);
      }
      case 0x49:
        return bytes.readInt32BE(this.#take(4, end));
      case 0x56:
        return null;
      case 0x74:
        return bytes[this.#take(1, end)] !== 0;
      case 0x41:
        return this.#array(end, depth + 1);
      case 0x46: {
        const [, stop] = this.#nested(end, depth + 1);
        return this.table(stop, depth + 1);
      }
      default:
        return this.#rarer(tag, end);
    }
  }

  #rarer(tag: number, end: number): unknown {
    const bytes = this.#bytes;
    switch (String.fromCharCode(tag)) {
      case 'L':
      case 'l':
        return narrowed(bytes.readBigInt64BE(this.#take(8, end)));
      case 'd':
        return bytes.readDoubleBE(this.#take(8, end));
      case 'f':
        return bytes.readFloatBE(this.#take(4, end));
      case 'b':
        return bytes.readInt8(this.#take(1, end));
      case 'B':
        return bytes.readUInt8(this.#take(1, end));
      case 's':
      case 'U':
        return bytes.readInt16BE(this.#take(2, end));
      case 'u':
        return bytes.readUInt16BE(this.#take(2, end));
      case 'i':
        return bytes.readUInt32BE(this.#take(4, end));
      case 'T':
        return new Date(Number(bytes.readBigUInt64BE(this.#take(8, end))) * 1000);
      case 'D': {
        const start = this.#take(5, end);
        return bytes.readInt32BE(start + 1) / 10 ** bytes.readUInt8(start);
      }
      case 'x': {
        const [start, stop] = this.#long(end);
        return bytes.subarray(start, stop);
      }
      default:
        throw new InvalidMessageError('headers', `have a value of the unknown AMQP type ${tag}`);
    }
  }

  #array(end: number, depth: number): unknown[] {
    const [, stop] = this.#nested(end, depth);
    const values: unknown[] = [];
    while (this.#at < stop) values.push(this.#value(stop, depth));
    return values;
  }

  /** The bounds of what follows its length, and moves behind it. */
  #long(end: number): [start: number, stop: number] {
    const length = this.#bytes.readUInt32BE(this.#take(4, end));
    const start = this.#take(length, end);
    return [start, start + length];
  }

  /** The bounds of what follows its length, and stays in front of it. */
  #nested(end: number, depth: number): [start: number, stop: number] {
    if (depth > MAX_DEPTH) throw new InvalidMessageError('headers', `are nested deeper than ${MAX_DEPTH} levels`);
    const bounds = this.#long(end);
    this.#at = bounds[0];
    return bounds;
  }

  #take(length: number, end: number): number {
    const start = this.#at;
    if (start + length > end) throw new InvalidMessageError('headers', 'end in the middle of a value');
    this.#at = start + length;
    return start;
  }
}

function narrowed(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
