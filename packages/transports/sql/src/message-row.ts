import { decodeJson, encodeJson, type MessageProperties, toRecord } from '@celeriac/protocol';
import type { QueuedMessage, TakenMessage } from '@celeriac/transport';
import { PRIORITY_LEVELS } from './capabilities.ts';

/** A message as its table has it, before it has an id. */
export interface NewMessageRow {
  readonly queue: string;
  readonly priority: number;
  readonly deliver_at: number | null;
  readonly exchange: string;
  readonly routing_key: string;
  readonly content_type: string;
  readonly content_encoding: string;
  readonly headers: string;
  readonly properties: string;
  readonly body: Buffer;
}

/** What is read of a message that was taken. */
export interface MessageRow extends NewMessageRow {
  readonly id: number;
  readonly delivery_count: number;
}

/**
 * @param nowMs - Unix milliseconds: what is due already waits like any other message
 * @throws {EncodeError} headers or properties that JSON has no form for
 */
export function toRow(
  { queue, message, exchange, routingKey, deliverAt }: QueuedMessage,
  nowMs: number,
): NewMessageRow {
  const { body, contentType, contentEncoding, headers, properties } = message;
  return {
    queue,
    priority: levelOf(properties.priority),
    deliver_at: deliverAt === undefined || deliverAt <= nowMs ? null : Math.ceil(deliverAt),
    exchange,
    routing_key: routingKey,
    content_type: contentType,
    content_encoding: contentEncoding,
    headers: encodeJson(headers, { root: 'headers' }),
    properties: encodeJson(properties, { root: 'properties' }),
    body: Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  };
}

/** Characters and bytes of a row that count. */
export function sizeOf({ body, headers, properties }: NewMessageRow): number {
  return body.length + headers.length + properties.length;
}

export function toTaken(row: MessageRow): TakenMessage {
  return {
    receipt: `${row.id}:${row.delivery_count}`,
    queue: row.queue,
    exchange: row.exchange,
    routingKey: row.routing_key,
    redelivered: row.delivery_count > 1,
    deliveryCount: row.delivery_count,
    message: {
      body: row.body,
      contentType: row.content_type,
      contentEncoding: row.content_encoding,
      headers: recordOf(row.headers),
      properties: recordOf(row.properties) as MessageProperties,
    },
  };
}

/** Text that a stranger put into the table and that is no JSON object reads as empty: the consumer then rejects the message. */
function recordOf(text: string): { readonly [name: string]: unknown } {
  try {
    const value = decodeJson(text);
    return toRecord(typeof value === 'object' && value !== null ? value : {});
  } catch {
    return toRecord({});
  }
}

function levelOf(priority: number | undefined): number {
  if (priority === undefined || Number.isNaN(priority)) return 0;
  return Math.min(PRIORITY_LEVELS - 1, Math.max(0, Math.trunc(priority)));
}
