import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { DecodeError, MessageTooLargeError } from './protocol-errors.ts';

/** Makes bodies smaller and restores them. Register one with a {@link CompressionRegistry}. */
export interface Compression {
  readonly name: string;
  /** What the `compression` header says: `application/x-gzip`. */
  readonly contentType: string;
  /** Further names that settings may use. */
  readonly aliases: readonly string[];
  compress(body: Uint8Array): Uint8Array;
  /**
   * @param maxBytes - of the result; a longer one is refused while it is being unpacked
   * @throws {DecodeError} garbage, a truncated stream, or data after its end
   * @throws {MessageTooLargeError}
   */
  decompress(body: Uint8Array, maxBytes: number): Uint8Array;
}

/** A zlib stream (RFC 1950), which Celery calls gzip: gzip files are not meant and not read. */
export const zlibCompression: Compression = zlibLike('zlib', 'application/x-gzip', ['gzip'], deflateSync, inflateSync);

/** Brotli. */
export const brotliCompression: Compression = zlibLike(
  'brotli',
  'application/x-brotli',
  ['br'],
  brotliCompressSync,
  brotliDecompressSync,
);

/** Zstandard. */
export const zstdCompression: Compression = zlibLike(
  'zstd',
  'application/zstd',
  ['zstandard'],
  zstdCompressSync,
  zstdDecompressSync,
);

/** What every synchronous decompressor of node:zlib answers with `info: true`. */
interface Unpacked {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

interface UnpackOptions {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
  readonly info?: boolean;
}

type Unpack = (body: Uint8Array, options: UnpackOptions) => unknown;

function zlibLike(
  name: string,
  contentType: string,
  aliases: readonly string[],
  compress: (body: Uint8Array) => Uint8Array,
  unpack: Unpack,
): Compression {
  return Object.freeze({
    name,
    contentType,
    aliases,
    compress: (body: Uint8Array) => compress(body),
    decompress: (body: Uint8Array, maxBytes: number) => decompress(name, unpack, body, maxBytes),
  });
}

const SMALLEST_CHUNK = 16 * 1024;
const LARGEST_CHUNK = 1024 * 1024;

function decompress(name: string, unpack: Unpack, body: Uint8Array, maxBytes: number): Uint8Array {
  const chunkSize = Math.min(LARGEST_CHUNK, Math.max(SMALLEST_CHUNK, body.length * 4));
  const { buffer, engine } = unpackWithin(name, unpack, body, { maxOutputLength: maxBytes, chunkSize });
  if (engine.bytesWritten !== body.length) throw new DecodeError(name, 'there is data after the end of the stream');
  return buffer;
}

function unpackWithin(name: string, unpack: Unpack, body: Uint8Array, options: UnpackOptions): Unpacked {
  try {
    return unpack(body, { ...options, info: true }) as Unpacked;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new MessageTooLargeError(options.maxOutputLength + 1, options.maxOutputLength);
    const truncated = code === 'Z_BUF_ERROR' || (cause as Error).message.includes('unexpected end');
    throw new DecodeError(name, truncated ? 'the stream is truncated' : 'the bytes are no such stream', { cause });
  }
}
