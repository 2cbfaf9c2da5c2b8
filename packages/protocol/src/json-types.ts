import { parseIsoTime } from './iso-time.ts';
import { isRecord, type PlainRecord } from './plain-record.ts';
import { DecodeError } from './protocol-errors.ts';

/**
 * Turns Celery 5.3's `{"__type__": t, "__value__": v}` back into a value. An object with other keys is left alone.
 * @throws {DecodeError} for an unknown type, or a value that does not fit it
 * @see kombu/utils/json.py object_hook
 */
export function decodeTyped(value: PlainRecord): unknown {
  if (!Object.hasOwn(value, '__value__') || Object.keys(value).length !== 2) return value;
  const type = value['__type__'];
  const decode = typeof type === 'string' ? decoders.get(type) : undefined;
  if (decode === undefined) throw new DecodeError('json', 'the type in __type__ is unknown');
  return decode(value['__value__']);
}

const decoders: ReadonlyMap<string, (value: unknown) => unknown> = new Map<string, (value: unknown) => unknown>([
  ['datetime', decodeDatetime],
  ['date', textOf],
  ['time', textOf],
  ['decimal', textOf],
  ['uuid', decodeUuid],
  ['bytes', (value) => new Uint8Array(Buffer.from(textOf(value), 'utf8'))],
  ['base64', decodeBase64],
]);

/** Python's isoformat: six digits of fraction or none, so Celery's reading of the fraction is exact. */
function decodeDatetime(value: unknown): Date | string {
  const text = textOf(value);
  if (!/(?:Z|[+-]\d{2}:?\d{2})$/.test(text)) return text;
  try {
    return new Date(Math.floor(parseIsoTime(text)));
  } catch (cause) {
    throw new DecodeError('json', 'the value of a datetime is no time', { cause });
  }
}

function decodeUuid(value: unknown): string {
  const hex = isRecord(value) ? value['hex'] : undefined;
  if (typeof hex !== 'string' || !/^[0-9a-f]{32}$/i.test(hex))
    throw new DecodeError('json', 'the value of a uuid is none');
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function decodeBase64(value: unknown): Uint8Array {
  const text = textOf(value);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new DecodeError('json', 'the value of a base64 is none');
  return new Uint8Array(bytes);
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new DecodeError('json', 'the value of a typed object is not text');
  return value;
}
