import type { CompressionRegistry } from './compression-registry.ts';
import { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
import { describeType, isRecord, type PlainRecord, toRecord } from './plain-record.ts';
import { DecodeError, InvalidTaskError, MessageTooLargeError } from './protocol-errors.ts';
import type { RawMessage } from './raw-message.ts';
import type { AcceptList, SerializerRegistry } from './serializer-registry.ts';
import { embedOf, parseSignature, parseSignatures } from './signature-codec.ts';
import type { Embed } from './signature-json.ts';
import type { TaskRequest } from './task-request.ts';

/** The decoded, fully checked body of a task. */
export interface TaskBody {
  readonly args: readonly unknown[];
  /** Null-prototype. */
  readonly kwargs: PlainRecord;
  readonly embed: Embed;
}

/**
 * Checks a decoded body of protocol 2: `[args, kwargs, embed]`. Null and missing parts of embed are tolerated.
 * @throws {InvalidTaskError} naming the field: `body`, `args`, `kwargs`, `embed.chain[0].task`, …
 */
export function decodeTaskBody(body: unknown): TaskBody {
  if (!Array.isArray(body) || body.length !== 3) {
    const got = Array.isArray(body) ? `${body.length} elements` : describeType(body);
    throw new InvalidTaskError('body', `must be [args, kwargs, embed], not ${got}`);
  }
  return { args: readArgs(body[0]), kwargs: readKwargs(body[1]), embed: readEmbed(body[2], 'embed') };
}

/**
 * Checks a decoded body of protocol 1, an object with `args`, `kwargs` and links by name. Missing arguments are none.
 * Its chains are links within links, so `chain` is null.
 * @throws {InvalidTaskError} naming the field
 */
export function decodeTaskBodyV1(body: unknown): TaskBody {
  if (!isRecord(body)) throw new InvalidTaskError('body', `must be an object, not ${describeType(body)}`);
  const embed = { callbacks: body['callbacks'], errbacks: body['errbacks'], chord: body['chord'] };
  return {
    args: readArgs(body['args'] ?? []),
    kwargs: readKwargs(body['kwargs'] ?? {}),
    embed: readEmbed(embed, 'body'),
  };
}

/** Everything that reading a body needs beside the message. */
export interface BodyReading {
  readonly serializers: SerializerRegistry;
  readonly compressions: CompressionRegistry;
  readonly accept: AcceptList;
  readonly limits?: MessageLimits;
}

/**
 * Decompresses and decodes a body, unchecked. The content type is judged before anything is decompressed.
 * @throws {ContentDisallowedError} | @throws {DecodeError} | @throws {MessageTooLargeError}
 */
export function decodeMessageBody(message: RawMessage, reading: BodyReading): unknown {
  const limits = reading.limits ?? DEFAULT_LIMITS;
  const body = decompressed(message, reading, limits);
  return reading.serializers.decode(body, message.contentType, message.contentEncoding, reading.accept, limits);
}

/**
 * The arguments and links of a task of any protocol.
 * @throws {ContentDisallowedError} | @throws {DecodeError} | @throws {MessageTooLargeError} | @throws {InvalidTaskError}
 */
export function decodeTaskBodyOf(
  message: RawMessage,
  request: Pick<TaskRequest, 'protocol'>,
  serializers: SerializerRegistry,
  accept: AcceptList,
  compressions: CompressionRegistry,
  limits: MessageLimits = DEFAULT_LIMITS,
): TaskBody {
  const body = decodeMessageBody(message, { serializers, compressions, accept, limits });
  const isNamed = request.protocol === 1 || (isRecord(body) && Object.hasOwn(body, 'args'));
  return isNamed ? decodeTaskBodyV1(body) : decodeTaskBody(body);
}

function decompressed(message: RawMessage, reading: BodyReading, limits: MessageLimits): Uint8Array {
  const name = message.headers['compression'];
  if (name === undefined || name === null) {
    if (message.body.length > limits.maxMessageBytes) {
      throw new MessageTooLargeError(message.body.length, limits.maxMessageBytes);
    }
    return message.body;
  }
  if (typeof name !== 'string') throw new DecodeError('compression', 'the header is not text');
  reading.serializers.requireAccepted(message.contentType, reading.accept);
  return reading.compressions.byContentType(name).decompress(message.body, limits.maxMessageBytes);
}

function readArgs(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new InvalidTaskError('args', `must be a list, not ${describeType(value)}`);
  return value;
}

function readKwargs(value: unknown): PlainRecord {
  if (!isRecord(value)) throw new InvalidTaskError('kwargs', `must be an object, not ${describeType(value)}`);
  return toRecord(value);
}

const NO_EMBED: Embed = Object.freeze(embedOf({}));

function readEmbed(value: unknown, path: string): Embed {
  if (value === null || value === undefined) return NO_EMBED;
  if (!isRecord(value)) throw new InvalidTaskError(path, `must be an object or null, not ${describeType(value)}`);
  const chord = value['chord'] ?? null;
  return {
    callbacks: parseSignatures(value['callbacks'], `${path}.callbacks`),
    errbacks: parseSignatures(value['errbacks'], `${path}.errbacks`),
    chain: parseSignatures(value['chain'], `${path}.chain`),
    chord: chord === null ? null : parseSignature(chord, `${path}.chord`),
  };
}
