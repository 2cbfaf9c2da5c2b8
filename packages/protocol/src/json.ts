import { isAscii } from 'node:buffer';
import { toBuffer } from './bytes.ts';
import { parsePythonJson } from './json-parser.ts';
import { type JsonTypes, writeJson } from './json-writer.ts';
import { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
import { DecodeError, MessageTooLargeError } from './protocol-errors.ts';

/** How values are written that JSON has no form for. */
export interface JsonOptions {
  /**
   * `celery-5.2` (default): dates as ISO text, bytes refused; every Celery reads it as plain text.
   * `celery-5.3`: dates and bytes as `{"__type__", "__value__"}`, which Celery from 5.3 on turns back.
   */
  readonly types?: JsonTypes;
  /** What to call the value in the path of an EncodeError: `result`, `kwargs`. */
  readonly root?: string;
}

/**
 * The JSON text of `value`, by Celery's rules: `NaN` and `Infinity` are written as such, bigints as plain integers, a
 * Date as ISO text with six digits of fraction or none, a Map as an object, `toJSON()` is asked; undefined properties are
 * dropped, an undefined value is null. Numbers that are whole print without a fraction, so `1.0` arrives as an int.
 * @throws {EncodeError} with the path: functions, symbols, sets, bytes (unless `celery-5.3`), errors, promises, cycles,
 *   undefined in a list, more than 512 levels
 * @see kombu/utils/json.py
 */
export function encodeJson(value: unknown, options?: JsonOptions): string {
  if (isPlainJson(value)) return JSON.stringify(value) as string;
  return writeJson(value, options?.types ?? 'celery-5.2', options?.root ?? '');
}

/** As deep as native stringify may go unwatched; the writer has the last word beyond it. */
const PLAIN_DEPTH = 64;

/**
 * Whether native `JSON.stringify` writes `value` as Celery would, and `JSON.parse` reads the same value from that. Members
 * that are undefined are left out, as by `JSON.stringify`.
 */
export function isPlainJson(value: unknown): boolean {
  return isPlain(value, 0);
}

/** Shallow enough, no cycle reaches this depth. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return value === 0 ? !Object.is(value, -0) : value - value === 0;
    case 'object':
      return value === null || (depth < PLAIN_DEPTH && isPlainContainer(value, depth + 1));
    default:
      return false;
  }
}

function isPlainContainer(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isPlain(value[index], depth)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  // A list of the values costs a fifth of asking the object key by key.
  const members: readonly unknown[] = Object.values(value);
  for (let index = 0; index < members.length; index++) {
    const member = members[index];
    if (member !== undefined && !isPlain(member, depth)) return false;
  }
  return true;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Digits of the shortest integer that may exceed 2^53. */
const LONG = 16;
/** An integer of that length, where a number may stand. */
const longInteger = /(?:^|[[,:\s])-?\d{16}/;
const typedValue = /__type__/;

/**
 * Reads JSON as Celery does: `NaN` and `Infinity` are numbers, integers beyond 2^53 are exact bigints, the last of
 * duplicate keys wins, and Celery 5.3's typed values come back: `datetime` with an offset as Date (milliseconds),
 * without one as text; `date`, `time`, `decimal`, `uuid` as text; `bytes` and `base64` as Uint8Array.
 * Keys such as `__proto__` are own data of the objects returned.
 * @throws {DecodeError} not JSON, not UTF-8, a byte order mark, an unknown `__type__`, too deep
 * @throws {MessageTooLargeError} longer than `limits.maxMessageBytes`
 */
export function decodeJson(text: string | Uint8Array, limits: MessageLimits = DEFAULT_LIMITS): unknown {
  if (text.length > limits.maxMessageBytes) throw new MessageTooLargeError(text.length, limits.maxMessageBytes);
  const source = typeof text === 'string' ? text : decodeUtf8(text);
  if (source.charCodeAt(0) === 0xfeff) throw new DecodeError('json', 'the text starts with a byte order mark');
  if (source.length > limits.maxDepth) checkDepth(source, limits.maxDepth);
  if (needsPythonParser(source)) return parsePythonJson(source, limits.maxDepth);
  try {
    return JSON.parse(source);
  } catch {
    // Either NaN or Infinity, or no JSON at all.
    return parsePythonJson(source, limits.maxDepth);
  }
}

/** Whether native parsing would read something differently: integers that may exceed 2^53, and typed values. */
function needsPythonParser(source: string): boolean {
  return (hasLongDigits(source) && longInteger.test(source)) || typedValue.test(source);
}

/**
 * Whether {@link LONG} digits stand in a row anywhere. One of them is then at a multiple of {@link LONG}, so few places
 * need a look: a tenth of what the regular expression costs, which most messages are spared.
 */
function hasLongDigits(source: string): boolean {
  for (let at = LONG - 1; at < source.length; at += LONG) {
    const code = source.charCodeAt(at);
    if (code < 0x30 || code > 0x39) continue;
    let first = at;
    let end = at + 1;
    while (isDigit(source, first - 1)) first -= 1;
    while (isDigit(source, end)) end += 1;
    if (end - first >= LONG) return true;
  }
  return false;
}

function isDigit(source: string, at: number): boolean {
  const code = source.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/**
 * Strict UTF-8.
 * @throws {DecodeError} for bytes that are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  if (isAscii(bytes)) return toBuffer(bytes).toString('latin1');
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new DecodeError('utf-8', 'the bytes are not valid UTF-8', { cause });
  }
}

/** Refuses nesting that would overflow the stack when the value is walked or written again. */
function checkDepth(source: string, maxDepth: number): void {
  if (countOpenings(source, maxDepth) <= maxDepth) return;
  let depth = 0;
  for (let index = 0; index < source.length; index++) {
    const code = source.charCodeAt(index);
    if (code === 0x22) {
      index = endOfString(source, index);
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > maxDepth) throw new DecodeError('json', `more than ${maxDepth} nested levels`);
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    }
  }
}

/** Counts brackets wherever they stand, up to just above `enough`: fewer than that cannot nest too deep. */
function countOpenings(source: string, enough: number): number {
  let count = 0;
  for (const bracket of ['[', '{']) {
    for (let at = source.indexOf(bracket); at !== -1 && count <= enough; at = source.indexOf(bracket, at + 1))
      count += 1;
  }
  return count;
}

function endOfString(source: string, start: number): number {
  let end = source.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(source, end)) end = source.indexOf('"', end + 1);
  return end === -1 ? source.length : end;
}

function isEscaped(source: string, quote: number): boolean {
  let backslashes = 0;
  while (source.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes += 1;
  return backslashes % 2 === 1;
}
