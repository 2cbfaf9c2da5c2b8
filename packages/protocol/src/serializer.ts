import { decodeJson, encodeJson, type JsonOptions } from './json.ts';
import type { MessageLimits } from './limits.ts';
import { EncodeError, MessageTooLargeError } from './protocol-errors.ts';

/** Turns values into bytes and back. Register one with a {@link SerializerRegistry}. */
export interface Serializer {
  /** The name used in settings: `json`. */
  readonly name: string;
  readonly contentType: string;
  /** `utf-8` for text, else `binary`. */
  readonly contentEncoding: string;
  /** @throws {EncodeError} naming the path of what cannot be written */
  encode(value: unknown): Uint8Array;
  /** @throws {DecodeError} | @throws {MessageTooLargeError}; memory stays within a small multiple of the body's size */
  decode(body: Uint8Array, limits: MessageLimits): unknown;
}

/** Celery's JSON. See {@link encodeJson} for its rules. */
export const jsonSerializer: Serializer = createJsonSerializer();

/** A JSON serializer with other forms for dates and bytes. */
export function createJsonSerializer(options?: Pick<JsonOptions, 'types'>): Serializer {
  return Object.freeze({
    name: 'json',
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    encode: (value: unknown) => Buffer.from(encodeJson(value, options), 'utf8'),
    decode: decodeJson,
  });
}

/**
 * Bytes and text as they are. Bytes go out as `binary`, text as `utf-8`; both come back as bytes from here, and as text
 * from a registry where the message says `utf-8`.
 */
export const rawSerializer: Serializer = Object.freeze({
  name: 'raw',
  contentType: 'application/data',
  contentEncoding: 'binary',
  encode: encodeRaw,
  decode: decodeRaw,
});

function encodeRaw(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  throw new EncodeError('', 'the raw serializer takes only bytes and text');
}

function decodeRaw(body: Uint8Array, limits: MessageLimits): Uint8Array {
  if (body.length > limits.maxMessageBytes) throw new MessageTooLargeError(body.length, limits.maxMessageBytes);
  return body;
}
