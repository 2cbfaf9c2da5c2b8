import { toBuffer } from './bytes.ts';
import { readEnvelopeProperties, writeEnvelopeProperties } from './envelope-properties.ts';
import { decodeJson, encodeJson } from './json.ts';
import { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
import { emptyRecord, isRecord, type PlainRecord } from './plain-record.ts';
import { InvalidMessageError } from './protocol-errors.ts';
import type { RawMessage } from './raw-message.ts';

/** What a virtual transport adds to a message when it puts it into a queue. */
export interface EnvelopeRoute {
  /** Unique per publish; a UUID in Celery. */
  readonly deliveryTag: string;
  readonly exchange: string;
  readonly routingKey: string;
  /** Marks a message that is given back to its queue. */
  readonly redelivered?: boolean;
  /** `base64` (default), or null for the text as it is, which only works where the body is UTF-8 text. */
  readonly bodyEncoding?: 'base64' | null;
}

/** A message taken from a virtual transport's queue. */
export interface OpenedEnvelope {
  readonly message: RawMessage;
  /** Empty when the envelope had none. */
  readonly deliveryTag: string;
  /** Empty for the default exchange, and when the envelope had none. */
  readonly exchange: string;
  /** Empty when the envelope had none. */
  readonly routingKey: string;
  readonly redelivered: boolean;
  /** As the sender gave it, beyond 0..9 too; 0 when the envelope had none. */
  readonly priority: number;
}

/**
 * The JSON text that stands for a message on transports without headers of their own (Redis, SQL, filesystem, …).
 * @throws {EncodeError} for a header that JSON cannot hold
 * @throws {InvalidMessageError} for a body that is not text, where `bodyEncoding` is null
 * @see kombu/transport/virtual/base.py
 */
export function encodeEnvelope(message: RawMessage, route: EnvelopeRoute): string {
  const asText = route.bodyEncoding === null;
  const body = asText ? encodeJson(bodyText(message.body)) : `"${toBuffer(message.body).toString('base64')}"`;
  const headers = route.redelivered === true ? { ...message.headers, redelivered: true } : message.headers;
  const content = `"content-encoding":${JSON.stringify(message.contentEncoding)},"content-type":${JSON.stringify(message.contentType)}`;
  const properties = writeEnvelopeProperties(message.properties, route);
  return `{"body":${body},${content},"headers":${encodeJson(headers, { root: 'headers' })},"properties":${encodeJson(properties, { root: 'properties' })}}`;
}

/**
 * Reads the envelope. Missing properties, headers, content types and delivery data are tolerated and come back empty.
 * @throws {InvalidMessageError} naming the field: no JSON object, no body, a body that is not strict base64, an unknown
 *   body encoding, headers or properties that are no object
 */
export function decodeEnvelope(text: string | Uint8Array, limits: MessageLimits = DEFAULT_LIMITS): OpenedEnvelope {
  const envelope = parseEnvelope(text, limits);
  const properties = recordField(envelope, 'properties');
  const headers = recordField(envelope, 'headers');
  const delivery = isRecord(properties['delivery_info']) ? properties['delivery_info'] : emptyRecord();
  return {
    message: {
      body: decodeBody(envelope['body'], properties['body_encoding']),
      contentType: textOrEmpty(envelope['content-type']),
      contentEncoding: textOrEmpty(envelope['content-encoding']),
      headers,
      properties: readEnvelopeProperties(properties),
    },
    deliveryTag: textOrEmpty(properties['delivery_tag']),
    exchange: textOrEmpty(delivery['exchange']),
    routingKey: textOrEmpty(delivery['routing_key']),
    redelivered: delivery['redelivered'] === true || headers['redelivered'] === true,
    priority: Number.isInteger(properties['priority']) ? (properties['priority'] as number) : 0,
  };
}

function parseEnvelope(text: string | Uint8Array, limits: MessageLimits): PlainRecord {
  let envelope: unknown;
  try {
    // Base64 takes a third more than the body, the headers come on top.
    envelope = decodeJson(text, { ...limits, maxMessageBytes: limits.maxMessageBytes * 2 });
  } catch (cause) {
    throw new InvalidMessageError('envelope', 'is not JSON', { cause });
  }
  if (!isRecord(envelope)) throw new InvalidMessageError('envelope', 'is not a JSON object');
  return envelope;
}

function recordField(envelope: PlainRecord, field: string): PlainRecord {
  const value = envelope[field];
  if (value === undefined || value === null) return emptyRecord();
  if (!isRecord(value)) throw new InvalidMessageError(field, 'is not an object');
  return value;
}

function decodeBody(body: unknown, encoding: unknown): Uint8Array {
  if (typeof body !== 'string') throw new InvalidMessageError('body', 'is not text');
  if (encoding === 'base64') return strictBase64(body);
  if (encoding !== undefined && encoding !== null) {
    throw new InvalidMessageError('properties.body_encoding', 'is neither base64 nor null');
  }
  return Buffer.from(body, 'utf8');
}

const notBase64 = /[^A-Za-z0-9+/=]/;

/** Node's decoder stops at or skips what is not base64; then fewer bytes come out than the length of the text promises. */
function strictBase64(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  const isComplete = text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding;
  // It also reads the URL alphabet, which Celery does not write, and the low bytes of other characters.
  if (!isComplete || notBase64.test(text)) throw new InvalidMessageError('body', 'is not valid base64');
  return bytes;
}

function bodyText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new InvalidMessageError('body', 'is not text, so it needs body_encoding base64', { cause });
  }
}

function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
