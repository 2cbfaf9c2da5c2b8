import { type Compression, DecodeError, EncodeError, MessageTooLargeError } from '@celeriac/protocol';
import { hasTrailingData } from './bzip2-end.ts';
import { type Bzip2Answer, Bzip2Engine } from './bzip2-engine.ts';

/** bzip2, as Celery's `compression='bzip2'`. libbzip2 runs as WebAssembly and is loaded at the first call. */
export const bzip2Compression: Compression = createBzip2Compression();

function createBzip2Compression(): Compression {
  const engine = new Bzip2Engine();
  return Object.freeze({
    name: 'bzip2',
    contentType: 'application/x-bz2',
    aliases: ['bzip', 'bz2'],
    compress: (body: Uint8Array) => compress(engine, body),
    decompress: (body: Uint8Array, maxBytes: number) => decompress(engine, body, maxBytes),
  });
}

function compress(engine: Bzip2Engine, body: Uint8Array): Uint8Array {
  const answer = engine.compress(body);
  if (answer.outcome !== 'done') throw new EncodeError('', `bzip2 failed (${answer.outcome})`);
  return answer.bytes;
}

const SMALLEST_CAPACITY = 64 * 1024;
const FIRST_GUESS = 16;
const GROWTH = 8;

/** The size of the output is written nowhere, so room is made in steps, up to the limit. */
function decompress(engine: Bzip2Engine, body: Uint8Array, maxBytes: number): Uint8Array {
  let capacity = Math.min(maxBytes, Math.max(SMALLEST_CAPACITY, body.length * FIRST_GUESS));
  let answer = engine.decompress(body, capacity);
  while (answer.outcome === 'output-full' && capacity < maxBytes) {
    capacity = Math.min(maxBytes, capacity * GROWTH);
    answer = engine.decompress(body, capacity);
  }
  const bytes = bytesOf(answer, maxBytes);
  if (hasTrailingData(body)) throw new DecodeError('bzip2', 'there is data after the end of the stream');
  return bytes;
}

const problems = {
  truncated: 'the stream is truncated',
  'no-bzip2': 'the bytes are no such stream',
  corrupt: 'the stream is corrupt',
  'out-of-memory': 'there is not enough memory for it',
} as const;

function bytesOf(answer: Bzip2Answer, maxBytes: number): Uint8Array {
  if (answer.outcome === 'done') return answer.bytes;
  if (answer.outcome === 'output-full') throw new MessageTooLargeError(maxBytes + 1, maxBytes);
  throw new DecodeError('bzip2', problems[answer.outcome]);
}
