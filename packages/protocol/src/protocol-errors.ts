import { CeleriacError, type CeleriacErrorOptions } from './celeriac-error.ts';

/** The envelope of a message, or its content, cannot be read. */
export class InvalidMessageError extends CeleriacError {
  readonly code = 'CLR_INVALID_MESSAGE';
  /** The part at fault, by wire name: `body_encoding`, `properties.delivery_tag`, … */
  readonly field: string;

  constructor(field: string, problem: string, options?: CeleriacErrorOptions) {
    super(`Invalid message: ${field} ${problem}.`, options);
    this.field = field;
  }
}

/** The headers or the body of a task message do not have the shape of a task. */
export class InvalidTaskError extends CeleriacError {
  readonly code = 'CLR_INVALID_TASK';
  /** The part at fault, by wire name: `eta`, `args`, `embed.chain[0].task`, … */
  readonly field: string;

  constructor(field: string, problem: string, options?: CeleriacErrorOptions) {
    super(`Invalid task: ${field} ${problem}.`, options);
    this.field = field;
  }
}

/** The content type is not on the accept list. Thrown before anything is decoded. */
export class ContentDisallowedError extends CeleriacError {
  readonly code = 'CLR_CONTENT_DISALLOWED';
  readonly contentType: string;

  constructor(contentType: string, options?: CeleriacErrorOptions) {
    super(`Refused to decode content of type "${contentType}".`, {
      hint: 'Add the serializer to acceptContent, if its content is trusted.',
      ...options,
    });
    this.contentType = contentType;
  }
}

/** Bytes could not be decoded or decompressed. */
export class DecodeError extends CeleriacError {
  readonly code = 'CLR_DECODE';
  /** The serializer, compression or character encoding that gave up. */
  readonly codec: string;

  constructor(codec: string, problem: string, options?: CeleriacErrorOptions) {
    super(`Cannot decode ${codec}: ${problem}.`, options);
    this.codec = codec;
  }
}

/** A value cannot be serialised. */
export class EncodeError extends CeleriacError {
  readonly code = 'CLR_ENCODE';
  /** Where the offending value is, such as `result.items[3].fn`; empty for the value itself. */
  readonly path: string;
  /** What is wrong with it. */
  readonly problem: string;

  constructor(path: string, problem: string, options?: CeleriacErrorOptions) {
    super(`Cannot serialise ${path === '' ? 'the value' : path}: ${problem}.`, options);
    this.path = path;
    this.problem = problem;
  }
}

/** A message is larger than a limit, before or after decompression. */
export class MessageTooLargeError extends CeleriacError {
  readonly code = 'CLR_MESSAGE_TOO_LARGE';
  /** Bytes; a lower bound where decoding stopped at the limit. */
  readonly size: number;
  /** Bytes. */
  readonly limit: number;

  constructor(size: number, limit: number, options?: CeleriacErrorOptions) {
    super(`Message of at least ${size} bytes exceeds the limit of ${limit} bytes.`, options);
    this.size = size;
    this.limit = limit;
  }
}

/** No serializer of this name or content type is registered. */
export class UnknownSerializerError extends CeleriacError {
  readonly code = 'CLR_UNKNOWN_SERIALIZER';
  readonly serializer: string;

  constructor(serializer: string, options?: CeleriacErrorOptions) {
    super(`No serializer named "${serializer}" is registered.`, options);
    this.serializer = serializer;
  }
}

/** No compression of this name or content type is registered. */
export class UnknownCompressionError extends CeleriacError {
  readonly code = 'CLR_UNKNOWN_COMPRESSION';
  readonly compression: string;

  constructor(compression: string, options?: CeleriacErrorOptions) {
    super(`No compression named "${compression}" is registered.`, options);
    this.compression = compression;
  }
}

/** A URL cannot be read. The URL in the message is masked. */
export class InvalidUrlError extends CeleriacError {
  readonly code = 'CLR_INVALID_URL';
  /** Which setting or part: `brokerUrl`, `url`, … */
  readonly key: string;
  /** The URL without its secrets. */
  readonly maskedUrl: string;

  constructor(key: string, maskedUrl: string, problem: string, options?: CeleriacErrorOptions) {
    super(`Invalid URL in ${key} ("${maskedUrl}"): ${problem}.`, options);
    this.key = key;
    this.maskedUrl = maskedUrl;
  }
}
