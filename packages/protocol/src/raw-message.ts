/** A value that came from or goes into JSON; integers beyond 2^53 are `bigint`. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Message headers by wire name: the own properties. A header may be named like something that a prototype has. */
export type MessageHeaders = { readonly [name: string]: unknown };

/** AMQP's basic properties in TypeScript casing; the wire names live in this package only. */
export interface MessageProperties {
  readonly correlationId?: string;
  /** The sender's reply queue. Celery always sends one, whether or not a reply is wanted. */
  readonly replyTo?: string;
  /** 2 = persistent, 1 = transient. */
  readonly deliveryMode?: 1 | 2;
  /** 0..9 on virtual transports, 0..255 on RabbitMQ. Which end is served first depends on the broker. */
  readonly priority?: number;
  /** Time to live in milliseconds, as text, as AMQP has it. */
  readonly expiration?: string;
  readonly messageId?: string;
  /** Unix seconds. */
  readonly timestamp?: number;
  readonly type?: string;
  readonly userId?: string;
  readonly appId?: string;
  readonly clusterId?: string;
  /** Properties without an AMQP field of their own, by wire name; virtual transports keep them, AMQP drops them. */
  readonly extra?: { readonly [name: string]: unknown };
}

/** One message as a broker carries it: the body is serialised and perhaps compressed, nothing in it is decoded. */
export interface RawMessage {
  readonly body: Uint8Array;
  /** As received; empty when the message had none. */
  readonly contentType: string;
  /** `utf-8`, `binary`, … as received; empty when the message had none. */
  readonly contentEncoding: string;
  readonly headers: MessageHeaders;
  readonly properties: MessageProperties;
}
