import { emptyRecord, type PlainRecord } from './plain-record.ts';
import type { MessageProperties } from './raw-message.ts';

/** Where a message goes, as far as its properties tell. */
export interface EnvelopeDelivery {
  readonly deliveryTag: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly redelivered?: boolean;
  readonly bodyEncoding?: 'base64' | null;
}

/** Wire names of the text properties that only a caller's options fill. */
const callerTexts = [
  ['appId', 'app_id'],
  ['userId', 'user_id'],
  ['type', 'type'],
  ['messageId', 'message_id'],
  ['clusterId', 'cluster_id'],
] as const;

const ownNames: ReadonlySet<string> = new Set([
  'correlation_id',
  'reply_to',
  'app_id',
  'user_id',
  'type',
  'message_id',
  'cluster_id',
  'timestamp',
  'delivery_mode',
  'expiration',
  'delivery_info',
  'priority',
  'body_encoding',
  'delivery_tag',
]);

/** The `properties` of an envelope, in Celery's order. */
export function writeEnvelopeProperties(properties: MessageProperties, delivery: EnvelopeDelivery): PlainRecord {
  const written: PlainRecord = {};
  if (properties.correlationId !== undefined) written['correlation_id'] = properties.correlationId;
  if (properties.replyTo !== undefined) written['reply_to'] = properties.replyTo;
  for (const [name, wireName] of callerTexts) {
    if (properties[name] !== undefined) written[wireName] = properties[name];
  }
  if (properties.timestamp !== undefined) written['timestamp'] = properties.timestamp;
  if (properties.extra !== undefined) copyExtra(properties.extra, written);
  written['delivery_mode'] = properties.deliveryMode ?? 2;
  if (properties.expiration !== undefined) written['expiration'] = properties.expiration;
  const info: PlainRecord = { exchange: delivery.exchange, routing_key: delivery.routingKey };
  if (delivery.redelivered === true) info['redelivered'] = true;
  written['delivery_info'] = info;
  written['priority'] = properties.priority ?? 0;
  if (delivery.bodyEncoding !== null) written['body_encoding'] = 'base64';
  written['delivery_tag'] = delivery.deliveryTag;
  return written;
}

function copyExtra(extra: { readonly [name: string]: unknown }, written: PlainRecord): void {
  for (const name of Object.keys(extra)) {
    if (!ownNames.has(name) && name !== '__proto__') written[name] = extra[name];
  }
}

/** Properties of the wrong type are dropped: none of them decides whether a task can run. */
export function readEnvelopeProperties(wire: PlainRecord): MessageProperties {
  const read: { -readonly [name in keyof MessageProperties]: MessageProperties[name] } = {};
  if (typeof wire['correlation_id'] === 'string') read.correlationId = wire['correlation_id'];
  if (typeof wire['reply_to'] === 'string') read.replyTo = wire['reply_to'];
  if (wire['delivery_mode'] === 1 || wire['delivery_mode'] === 2) read.deliveryMode = wire['delivery_mode'];
  if (Number.isInteger(wire['priority'])) read.priority = wire['priority'] as number;
  if (typeof wire['expiration'] === 'string') read.expiration = wire['expiration'];
  if (typeof wire['timestamp'] === 'number') read.timestamp = wire['timestamp'];
  for (const [name, wireName] of callerTexts) {
    const value = wire[wireName];
    if (typeof value === 'string') read[name] = value;
  }
  const extra = readExtra(wire);
  if (extra !== undefined) read.extra = extra;
  return read;
}

function readExtra(wire: PlainRecord): PlainRecord | undefined {
  let extra: PlainRecord | undefined;
  for (const name of Object.keys(wire)) {
    if (ownNames.has(name)) continue;
    extra ??= emptyRecord();
    extra[name] = wire[name];
  }
  return extra;
}
