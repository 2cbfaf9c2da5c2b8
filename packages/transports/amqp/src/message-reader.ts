import { InvalidMessageError, type MessageProperties, type RawMessage } from '@celeriac/protocol';
import type { Message } from 'amqplib';
import { readFieldTable } from './field-table-reader.ts';
import { SHIELDED_NAME } from './header-table-shield.ts';

/** AMQP's names of text properties that are ours too. */
const TEXTS = ['correlationId', 'replyTo', 'expiration', 'messageId', 'type', 'userId', 'appId', 'clusterId'] as const;

/** What amqplib read, with the header table hidden from it. */
export interface ReadMessage {
  readonly message: RawMessage;
  /** Why the headers are empty although the message had some. */
  readonly unreadable: InvalidMessageError | undefined;
}

/** Headers that cannot be read come back empty, so that the worker refuses the message and not the connection. */
export function readMessage({ content, properties }: Pick<Message, 'content' | 'properties'>): ReadMessage {
  let headers: { readonly [name: string]: unknown } = Object.create(null);
  let unreadable: InvalidMessageError | undefined;
  try {
    const shielded: unknown = properties.headers?.[SHIELDED_NAME];
    if (Buffer.isBuffer(shielded)) headers = readFieldTable(shielded);
  } catch (error) {
    if (!(error instanceof InvalidMessageError)) throw error;
    unreadable = error;
  }
  const message: RawMessage = {
    body: content,
    contentType: properties.contentType ?? '',
    contentEncoding: properties.contentEncoding ?? '',
    headers,
    properties: propertiesOf(properties),
  };
  return { message, unreadable };
}

function propertiesOf(from: Message['properties']): MessageProperties {
  const properties: { -readonly [Name in keyof MessageProperties]: MessageProperties[Name] } = {};
  for (const name of TEXTS) {
    const value: unknown = from[name];
    if (value !== undefined) properties[name] = value as string;
  }
  if (from.deliveryMode !== undefined) properties.deliveryMode = from.deliveryMode === 2 ? 2 : 1;
  if (from.priority !== undefined) properties.priority = from.priority;
  if (from.timestamp !== undefined) properties.timestamp = from.timestamp;
  return properties;
}
