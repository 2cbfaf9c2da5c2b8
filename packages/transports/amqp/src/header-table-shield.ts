/** Type, channel and size of a frame. */
const PREFIX = 7;
const FRAME_END_BYTES = 1;
const HEADER = 2;
/** Class, weight, body size and property flags, in front of the properties. */
const FIXED = 14;
const NONE: Buffer = Buffer.alloc(0);

/** What the shielded table holds: one byte array under this name. */
export const SHIELDED_NAME = 'raw';
/** Length of the new table, its one name and tag; the old table with its own length follows as the byte array. */
const INSERTED = 4 + 1 + SHIELDED_NAME.length + 1;

/**
 * Hides the header tables of messages from amqplib, which would round integers beyond 2^53, set prototypes from
 * `__proto__`, and end the whole connection at the type tag `L` that Python writes for integers beyond 32 bits. Every
 * table arrives as one byte array, to be read by `readFieldTable`.
 */
export class HeaderTableShield {
  /** The start of a frame whose rest has not arrived. */
  #waiting: Buffer = NONE;
  /** Bytes of the present frame that go through as they are. */
  #through = 0;

  /** What amqplib gets to read instead of `chunk`; perhaps nothing yet. */
  convert(chunk: Buffer): Buffer {
    const bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    this.#waiting = NONE;
    const pieces: Buffer[] = [];
    let kept = 0;
    let at = this.#pass(bytes, 0);
    while (at < bytes.length) {
      const end = frameEnd(bytes, at);
      if (end === undefined || (bytes[at] === HEADER && end > bytes.length)) {
        this.#waiting = bytes.subarray(at);
        pieces.push(bytes.subarray(kept, at));
        return joined(pieces);
      }
      const tableAt = bytes[at] === HEADER ? tablePosition(bytes, at + PREFIX) : undefined;
      if (tableAt !== undefined) {
        pieces.push(bytes.subarray(kept, at), prefixOf(bytes, at), bytes.subarray(at + PREFIX, tableAt));
        pieces.push(insertionFor(bytes, tableAt));
        kept = tableAt;
      }
      this.#through = end - at;
      at = this.#pass(bytes, at);
    }
    if (kept === 0) return bytes;
    pieces.push(bytes.subarray(kept));
    return joined(pieces);
  }

  #pass(bytes: Buffer, at: number): number {
    const passed = Math.min(this.#through, bytes.length - at);
    this.#through -= passed;
    return at + passed;
  }
}

/** Where the frame ends that starts at `at`; undefined when its size has not arrived. */
function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (at + PREFIX > bytes.length) return undefined;
  return at + PREFIX + bytes.readUInt32BE(at + 3) + FRAME_END_BYTES;
}

/** Where the header table of a content header starts, with its length; undefined when it has none. */
function tablePosition(bytes: Buffer, payload: number): number | undefined {
  const flags = bytes.readUInt16BE(payload + FIXED - 2);
  if ((flags & 0x2000) === 0) return undefined;
  let at = payload + FIXED;
  if ((flags & 0x8000) !== 0) at += 1 + bytes[at]!;
  if ((flags & 0x4000) !== 0) at += 1 + bytes[at]!;
  return at;
}

function prefixOf(bytes: Buffer, at: number): Buffer {
  const prefix = Buffer.from(bytes.subarray(at, at + PREFIX));
  prefix.writeUInt32BE(bytes.readUInt32BE(at + 3) + INSERTED, 3);
  return prefix;
}

function insertionFor(bytes: Buffer, tableAt: number): Buffer {
  const inserted = Buffer.allocUnsafe(INSERTED);
  inserted.writeUInt32BE(bytes.readUInt32BE(tableAt) + INSERTED, 0);
  inserted[4] = SHIELDED_NAME.length;
  inserted.write(`${SHIELDED_NAME}x`, 5, 'latin1');
  return inserted;
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}
