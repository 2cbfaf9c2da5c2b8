import {
  DEFAULT_LIMITS,
  decodeEnvelope,
  decodeJson,
  encodeEnvelope,
  encodeJson,
  isRecord,
  type MessageLimits,
  type MessageProperties,
  type PlainRecord,
  type RawMessage,
  toRecord,
  uuid,
} from '@celeriac/protocol';
import type { QueuedMessage, TakenMessage } from '@celeriac/transport';

/** How often the message was delivered before; a property, so that it stays with the message wherever it goes. */
const DELIVERIES = 'celeriac_deliveries';
/** On what a Celeriac process tells Python by a channel, having put copies into the queues of its own kind. */
const COPIED = 'celeriac_copied';
/** Behind the envelope in an entry of `unacked`: no exchange, then the queue as the routing key. In JSON no text has this. */
const TAIL_BEGINS = ', "", ';
/** Room for the JSON around the longest message. */
const LIMITS: MessageLimits = { ...DEFAULT_LIMITS, maxMessageBytes: 3 * DEFAULT_LIMITS.maxMessageBytes };

/** The text that stands for a message in its list. @throws {EncodeError} for headers that JSON cannot hold */
export function envelopeOf({ message, exchange, routingKey }: QueuedMessage): string {
  return encodeEnvelope(message, { deliveryTag: uuid(), exchange, routingKey });
}

/** As {@link envelopeOf}, for a channel: Celeriac processes pass it over. */
export function broadcastOf({ message, exchange, routingKey }: QueuedMessage): string {
  const properties = { ...message.properties, extra: { ...message.properties.extra, [COPIED]: true } };
  return encodeEnvelope({ ...message, properties }, { deliveryTag: uuid(), exchange, routingKey });
}

/** The delivery tag of a message that came by a channel; undefined when it is to be passed over. */
export function foreignTag(text: Buffer): string | undefined {
  try {
    const { deliveryTag, message } = decodeEnvelope(text);
    return message.properties.extra?.[COPIED] === true ? undefined : deliveryTag;
  } catch {
    return undefined;
  }
}

/** A message taken from a list. What is no envelope comes as it is, without a content type: its consumer rejects it. */
export function takenOf(text: Buffer, queue: string, receipt: string): TakenMessage {
  try {
    return takenEnvelope(text, queue, receipt);
  } catch {
    const message: RawMessage = { body: text, contentType: '', contentEncoding: '', headers: {}, properties: {} };
    return { receipt, queue, exchange: '', routingKey: queue, redelivered: false, deliveryCount: 1, message };
  }
}

/** @throws what `decodeEnvelope` throws */
function takenEnvelope(text: Buffer, queue: string, receipt: string): TakenMessage {
  const { message, exchange, routingKey, redelivered } = decodeEnvelope(text);
  const earlier = message.properties.extra?.[DELIVERIES];
  const before = typeof earlier === 'number' && Number.isSafeInteger(earlier) ? earlier : Number(redelivered);
  return {
    receipt,
    queue,
    exchange,
    // Of many messages that are alike, one text is kept.
    routingKey: routingKey === queue || (routingKey === '' && exchange === '') ? queue : routingKey,
    redelivered: redelivered || before > 0,
    deliveryCount: before + 1,
    message: withoutMarks(message),
  };
}

/**
 * The envelope of a message that goes back to its queue, with its priority: marked as redelivered, as kombu does it, and
 * counted. What is no envelope stays as it is.
 */
export function givenBack(text: Buffer): { readonly text: string | Buffer; readonly priority: number } {
  let envelope: unknown;
  try {
    envelope = decodeJson(text, LIMITS);
  } catch {
    return { text, priority: 0 };
  }
  if (!isRecord(envelope)) return { text, priority: 0 };
  const before = isRecord(envelope['properties']) ? envelope['properties'] : {};
  const info: PlainRecord = isRecord(before['delivery_info']) ? before['delivery_info'] : {};
  const headers: PlainRecord = isRecord(envelope['headers']) ? envelope['headers'] : {};
  const earlier = before[DELIVERIES];
  const known = typeof earlier === 'number' ? earlier : Number(info['redelivered'] === true);
  const marked = {
    ...envelope,
    headers: { ...headers, redelivered: true },
    properties: { ...before, delivery_info: { ...info, redelivered: true }, [DELIVERIES]: known + 1 },
  };
  return { text: encodeJson(marked, { root: 'envelope' }), priority: priorityIn(before) };
}

/** What `unacked` has: `[envelope, exchange, routing key]`. */
export interface UnackedEntry {
  readonly text: Buffer;
  readonly exchange: string;
  readonly routingKey: string;
  readonly priority: number;
}

/** An entry of a Python worker; undefined when it cannot be read. */
export function unackedEntry(text: Buffer): UnackedEntry | undefined {
  try {
    const entry = decodeJson(text, LIMITS);
    if (!Array.isArray(entry)) return undefined;
    const [envelope, exchange, routingKey] = entry as readonly unknown[];
    if (!isRecord(envelope)) return undefined;
    const properties = isRecord(envelope['properties']) ? envelope['properties'] : {};
    return {
      text: Buffer.from(encodeJson(envelope)),
      exchange: typeof exchange === 'string' ? exchange : '',
      routingKey: typeof routingKey === 'string' ? routingKey : '',
      priority: priorityIn(properties),
    };
  } catch {
    return undefined;
  }
}

/** What stands behind the envelope in an entry of ours: whoever restores it puts it back to the queue it came from. */
export function entryTail(queue: string): string {
  return `${TAIL_BEGINS}${JSON.stringify(queue)}]`;
}

/** An entry of ours: the envelope, and the queue it came from. Undefined when somebody else wrote it. */
export function entryOf(entry: Buffer): { readonly text: Buffer; readonly queue: string } | undefined {
  const end = entry.lastIndexOf(TAIL_BEGINS);
  if (end === -1) return undefined;
  try {
    const queue: unknown = JSON.parse(entry.toString('utf8', end + TAIL_BEGINS.length, entry.length - 1));
    return typeof queue === 'string' ? { text: entry.subarray(1, end), queue } : undefined;
  } catch {
    return undefined;
  }
}

function priorityIn({ priority }: PlainRecord): number {
  return typeof priority === 'number' ? priority : 0;
}

/** Marks of the transport on the message are no part of it. */
function withoutMarks(message: RawMessage): RawMessage {
  const { headers, properties } = message;
  if (headers['redelivered'] !== true && properties.extra?.[DELIVERIES] === undefined) return message;
  const { redelivered: _mark, ...ownHeaders } = headers;
  const { extra, ...known } = properties;
  const ownExtra = Object.entries(extra ?? {}).filter(([name]) => name !== DELIVERIES);
  const ownProperties: MessageProperties =
    ownExtra.length === 0 ? known : { ...known, extra: toRecord(Object.fromEntries(ownExtra)) };
  return { ...message, headers: toRecord(ownHeaders), properties: ownProperties };
}
