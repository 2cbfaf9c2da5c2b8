import { isUtf8 } from 'node:buffer';
import { DecodeError } from '@celeriac/protocol';

/**
 * Walks over packed bytes without decoding them, so that the decoder behind it meets only what it can take: every
 * declared length fits into the bytes that are there, nesting stays within the limit, text is UTF-8, one value and nothing
 * after it, and no extension types, which Celery does not send and which decoders give special meanings.
 * @throws {DecodeError}
 */
export function checkPacked(bytes: Uint8Array, maxDepth: number): void {
  const scanner = new Scanner(bytes);
  /** Values still to come, per open container; the innermost last. */
  const open: number[] = [1];
  while (open.length > 0) {
    const last = open.length - 1;
    if (open[last] === 0) {
      open.pop();
      continue;
    }
    open[last]! -= 1;
    const children = scanner.next();
    if (children < 0) continue;
    if (open.length > maxDepth) throw invalid(`more than ${maxDepth} nested levels`);
    open.push(children);
  }
  if (!scanner.atEnd) throw invalid('there is data after the end of the value');
}

/** What `next()` answers for a value that holds no others. */
const SCALAR = -1;

/** Bytes after the first one of values of fixed size: float, uint, int. */
const fixedSizes: ReadonlyMap<number, number> = new Map([
  [0xc0, 0],
  [0xc2, 0],
  [0xc3, 0],
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
]);

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Steps over one value, or over the head of a container. @returns the values inside, or -1 for none */
  next(): number {
    const head = this.#number(1);
    if (head < 0x80 || head >= 0xe0) return SCALAR;
    if (head < 0x90) return this.#container((head & 0x0f) * 2);
    if (head < 0xa0) return this.#container(head & 0x0f);
    if (head < 0xc0) return this.#text(head & 0x1f);
    const size = fixedSizes.get(head);
    return size === undefined ? this.#sized(head) : this.#skip(size);
  }

  #sized(head: number): number {
    switch (head) {
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#skip(this.#number(1 << (head - 0xc4)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#number(1 << (head - 0xd9)));
      case 0xdc:
        return this.#container(this.#number(2));
      case 0xdd:
        return this.#container(this.#number(4));
      case 0xde:
        return this.#container(this.#number(2) * 2);
      case 0xdf:
        return this.#container(this.#number(4) * 2);
      default:
        throw invalid('extension types are not accepted');
    }
  }

  #number(size: number): number {
    const at = this.#at;
    this.#skip(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #text(length: number): number {
    const start = this.#at;
    this.#skip(length);
    if (length > 0 && !isUtf8(this.#bytes.subarray(start, this.#at))) throw invalid('text is not valid UTF-8');
    return SCALAR;
  }

  /** Every value takes a byte at least, so a container cannot hold more of them than there are bytes left. */
  #container(children: number): number {
    if (children > this.#bytes.length - this.#at) throw invalid('the bytes end before the value does');
    return children;
  }

  #skip(size: number): number {
    if (size > this.#bytes.length - this.#at) throw invalid('the bytes end before the value does');
    this.#at += size;
    return SCALAR;
  }
}

function invalid(problem: string): DecodeError {
  return new DecodeError('msgpack', problem);
}
