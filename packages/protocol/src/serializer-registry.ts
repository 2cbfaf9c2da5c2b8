import { closest } from './did-you-mean.ts';
import { decodeUtf8 } from './json.ts';
import { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
import { ContentDisallowedError, DecodeError, UnknownSerializerError } from './protocol-errors.ts';
import { jsonSerializer, rawSerializer, type Serializer } from './serializer.ts';

/** The content types a reader takes. Made by {@link acceptList}. */
export interface AcceptList {
  /** In lower case, without parameters. */
  readonly contentTypes: ReadonlySet<string>;
}

/** A body with what a reader needs to read it. */
export interface EncodedContent {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly contentEncoding: string;
}

/** Read as they are, and always accepted: nothing in them is interpreted. */
const RAW_TYPES: ReadonlySet<string> = new Set(['application/data', 'application/text', 'text/plain']);
const BINARY_ENCODINGS: ReadonlySet<string> = new Set(['', 'binary', 'ascii-8bit']);
const TEXT_ENCODINGS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/** The serializers an application knows, by name and by content type. Starts with `json` and `raw`. */
export class SerializerRegistry {
  readonly #byName = new Map<string, Serializer>();
  readonly #byType = new Map<string, Serializer>();

  constructor(serializers: readonly Serializer[] = []) {
    for (const serializer of [jsonSerializer, rawSerializer, ...serializers]) this.register(serializer);
  }

  /** Adds a serializer; one of the same name or content type is replaced. */
  register(serializer: Serializer): void {
    this.#byName.set(serializer.name, serializer);
    this.#byType.set(serializer.contentType, serializer);
  }

  /** The registered names. */
  names(): string[] {
    return [...this.#byName.keys()];
  }

  /** @throws {UnknownSerializerError} with the nearest known name */
  byName(name: string): Serializer {
    const serializer = this.#byName.get(name) ?? this.#byType.get(name);
    if (serializer === undefined) throw this.#unknown(name);
    return serializer;
  }

  /**
   * @param name - of the serializer
   * @throws {UnknownSerializerError} | @throws {EncodeError}
   */
  encode(value: unknown, name: string): EncodedContent {
    const serializer = this.byName(name);
    const isText = serializer === rawSerializer && typeof value === 'string';
    return {
      body: serializer.encode(value),
      contentType: serializer.contentType,
      contentEncoding: isText ? 'utf-8' : serializer.contentEncoding,
    };
  }

  /**
   * Says no before any work is done on a body.
   * @throws {ContentDisallowedError} not accepted, unknown, or no content type at all
   */
  requireAccepted(contentType: string, accept: AcceptList): void {
    this.#accepted(contentType, accept);
  }

  /**
   * Decodes a body whose content type is on the accept list. Case and parameters of the content type do not matter.
   * @throws {ContentDisallowedError} before anything is decoded: not accepted, unknown, or no content type at all
   * @throws {DecodeError} | @throws {MessageTooLargeError}
   */
  decode(
    body: Uint8Array,
    contentType: string,
    contentEncoding: string,
    accept: AcceptList,
    limits: MessageLimits = DEFAULT_LIMITS,
  ): unknown {
    const { type, serializer } = this.#accepted(contentType, accept);
    const isBinary = isBinaryEncoding(contentEncoding);
    const value = serializer.decode(body, limits);
    if (serializer !== rawSerializer) return value;
    return isBinary && type === 'application/data' ? value : decodeUtf8(value as Uint8Array);
  }

  #accepted(contentType: string, accept: AcceptList): { type: string; serializer: Serializer } {
    const type = accept.contentTypes.has(contentType) ? contentType : mediaType(contentType);
    const own = this.#byType.get(type);
    // Signed content has the type of raw bytes too: once a serializer stands for it, it is raw no more.
    const isRaw = RAW_TYPES.has(type) && (own === undefined || own === rawSerializer);
    const serializer = isRaw ? rawSerializer : own;
    if (serializer === undefined || !(isRaw || accept.contentTypes.has(type))) {
      throw new ContentDisallowedError(contentType.slice(0, 100));
    }
    return { type, serializer };
  }

  #unknown(name: string): UnknownSerializerError {
    const near = closest(name, this.#byName.keys());
    const hint =
      near === undefined ? `Install and register it; known are ${this.names().join(', ')}.` : `Did you mean "${near}"?`;
    return new UnknownSerializerError(name.slice(0, 100), { hint });
  }
}

/**
 * The content types behind `names`, which are names of registered serializers, or content types.
 * @throws {UnknownSerializerError} for a name that is not registered
 */
export function acceptList(names: readonly string[], registry: SerializerRegistry): AcceptList {
  const types = names.map((name) => (name.includes('/') ? mediaType(name) : registry.byName(name).contentType));
  return Object.freeze({ contentTypes: new Set(types) });
}

/** `Application/JSON; charset=utf-8` → `application/json`. */
function mediaType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

function isBinaryEncoding(contentEncoding: string): boolean {
  if (contentEncoding === 'utf-8') return false;
  const encoding = contentEncoding.toLowerCase();
  if (BINARY_ENCODINGS.has(encoding)) return true;
  if (!TEXT_ENCODINGS.has(encoding))
    throw new DecodeError('content-encoding', 'the character encoding is not supported');
  return false;
}
