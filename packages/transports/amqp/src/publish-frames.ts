import type { MessageProperties, RawMessage } from '@celeriac/protocol';
import { ChannelError } from '@celeriac/transport';
import { AmqpWriter } from './amqp-writer.ts';

/** Larger bodies are not copied but sent from where they are. */
const COPY_LIMIT = 16_384;
/** Type, channel and size in front of a frame's payload, and the end mark behind it. */
const FRAME_OVERHEAD = 8;
const FRAME_END = 0xce;
const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const BASIC = 60;
const BASIC_PUBLISH = 40;
/** kombu's default: messages outlive a restart of the broker. */
const PERSISTENT = 2;

/** Where a message goes. */
export interface PublishAddress {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
}

/** A body that is sent from its own memory, behind the first `at` bytes of the rest. */
interface Insert {
  readonly at: number;
  readonly body: Uint8Array;
}

/**
 * The frames of many `basic.publish` as one run of bytes. Properties and type tags are those that py-amqp writes:
 * delivery mode 2 and priority 0 unless the message says otherwise; empty content types are left out.
 */
export class PublishFrames {
  readonly #writer: AmqpWriter;
  readonly #inserts: Insert[] = [];
  readonly #channel: number;
  readonly #frameMax: number;

  /**
   * @param frameMax - the negotiated size of a frame, its overhead included
   * @param sizeHint - bytes that are likely needed
   */
  constructor(channel: number, frameMax: number, sizeHint = 16_384) {
    this.#writer = new AmqpWriter(sizeHint);
    this.#channel = channel;
    this.#frameMax = frameMax;
  }

  /**
   * @throws {EncodeError} naming the header that AMQP cannot carry
   * @throws {ChannelError} for a property that the broker would close the channel for. Nothing is added then.
   */
  add(message: RawMessage, address: PublishAddress): void {
    const start = this.#writer.length;
    try {
      this.#method(address);
      this.#header(message);
    } catch (error) {
      this.#writer.truncate(start);
      throw error;
    }
    this.#body(message.body);
  }

  /** Bytes to write, in order. */
  finish(): readonly Uint8Array[] {
    const all = this.#writer.cut(0);
    if (this.#inserts.length === 0) return [all];
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (const { at, body } of this.#inserts) {
      pieces.push(all.subarray(from, at), body);
      from = at;
    }
    pieces.push(all.subarray(from));
    return pieces;
  }

  #method({ exchange, routingKey, mandatory }: PublishAddress): void {
    const start = this.#begin(METHOD);
    this.#writer.uint16(BASIC);
    this.#writer.uint16(BASIC_PUBLISH);
    this.#writer.uint16(0);
    this.#writer.shortText(exchange, 'exchange');
    this.#writer.shortText(routingKey, 'routingKey');
    this.#writer.uint8(mandatory ? 1 : 0);
    this.#end(start);
  }

  #header({ body, contentType, contentEncoding, headers, properties }: RawMessage): void {
    const writer = this.#writer;
    const start = this.#begin(HEADER);
    writer.uint16(BASIC);
    writer.uint16(0);
    writer.uint64(body.byteLength);
    const flagsAt = writer.length;
    writer.uint16(0);
    let flags = 0x2000 | 0x1000 | 0x0800;
    flags |= this.#text(contentType, 'contentType', 0x8000);
    flags |= this.#text(contentEncoding, 'contentEncoding', 0x4000);
    writer.table(headers, 'headers');
    writer.uint8(properties.deliveryMode ?? PERSISTENT);
    writer.uint8(octet(properties.priority ?? 0));
    flags |= this.#rest(properties);
    writer.setUint16(flags, flagsAt);
    this.#end(start);
    if (writer.length - start > this.#frameMax) {
      throw new ChannelError('message headers', `take more than the ${this.#frameMax} bytes that the broker allows`);
    }
  }

  #rest(properties: MessageProperties): number {
    let flags = 0;
    flags |= this.#text(properties.correlationId, 'correlationId', 0x0400);
    flags |= this.#text(properties.replyTo, 'replyTo', 0x0200);
    flags |= this.#text(expirationOf(properties), 'expiration', 0x0100);
    flags |= this.#text(properties.messageId, 'messageId', 0x0080);
    if (properties.timestamp !== undefined) {
      this.#writer.uint64(Math.max(0, Math.floor(properties.timestamp)));
      flags |= 0x0040;
    }
    flags |= this.#text(properties.type, 'type', 0x0020);
    flags |= this.#text(properties.userId, 'userId', 0x0010);
    flags |= this.#text(properties.appId, 'appId', 0x0008);
    flags |= this.#text(properties.clusterId, 'clusterId', 0x0004);
    return flags;
  }

  #text(text: string | undefined, name: string, flag: number): number {
    if (text === undefined || text === '') return 0;
    this.#writer.shortText(text, name);
    return flag;
  }

  #body(body: Uint8Array): void {
    const most = this.#frameMax - FRAME_OVERHEAD;
    for (let from = 0; from < body.byteLength; from += most) {
      const part = body.byteLength <= most ? body : body.subarray(from, from + most);
      const start = this.#begin(BODY);
      if (part.byteLength <= COPY_LIMIT) {
        this.#writer.bytes(part);
        this.#end(start);
      } else {
        this.#writer.setUint32(part.byteLength, start + 3);
        this.#inserts.push({ at: this.#writer.length, body: part });
        this.#writer.uint8(FRAME_END);
      }
    }
  }

  #begin(type: number): number {
    const start = this.#writer.length;
    this.#writer.uint8(type);
    this.#writer.uint16(this.#channel);
    this.#writer.uint32(0);
    return start;
  }

  #end(start: number): void {
    this.#writer.setUint32(this.#writer.length - start - 7, start + 3);
    this.#writer.uint8(FRAME_END);
  }
}

function octet(priority: number): number {
  if (Number.isInteger(priority) && priority >= 0 && priority <= 255) return priority;
  throw new ChannelError('priority', `must be a whole number from 0 to 255, got ${priority}`);
}

function expirationOf({ expiration }: MessageProperties): string | undefined {
  if (expiration === undefined || /^\d{1,10}$/.test(expiration)) return expiration;
  throw new ChannelError('expiration', 'must be a text of digits, milliseconds of at most 10 digits');
}
