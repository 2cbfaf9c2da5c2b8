import { readFileSync } from 'node:fs';
import {
  acceptList,
  CompressionRegistry,
  decodeEnvelope,
  decodeTaskBodyOf,
  isCeleriacError,
  readTaskRequest,
  SerializerRegistry,
} from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bzip2Compression } from './bzip2-compression.ts';

function codeOf(bytes: Uint8Array, maxBytes = 1e6): string {
  try {
    bzip2Compression.decompress(bytes, maxBytes);
  } catch (error) {
    if (isCeleriacError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Bytes that do not compress, from a fixed seed. */
function noise(length: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}

describe('bzip2', () => {
  it('has the names and the content type of Celery', () => {
    const registry = new CompressionRegistry([bzip2Compression]);
    for (const name of ['bzip2', 'bzip', 'application/x-bz2']) expect(registry.byName(name)).toBe(bzip2Compression);
  });

  it('reads the message of a Python producer', () => {
    const sample = JSON.parse(readFileSync(new URL('../fixtures/comp-bzip2.json', import.meta.url), 'utf8'));
    const { message } = decodeEnvelope(sample.messages[0].raw.utf8);
    const serializers = new SerializerRegistry();
    const compressions = new CompressionRegistry([bzip2Compression]);
    const request = readTaskRequest(message, () => null);
    const body = decodeTaskBodyOf(message, request, serializers, acceptList(['json'], serializers), compressions);
    expect([body.args, { ...body.kwargs }, body.embed]).toEqual(sample.messages[0].body);
    const plain = bzip2Compression.decompress(message.body, 1000);
    expect(Buffer.from(bzip2Compression.compress(plain)).equals(message.body)).toBe(true);
  });

  it('round-trips any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const unpacked = bzip2Compression.decompress(bzip2Compression.compress(bytes), Math.max(1, bytes.length));
        expect(Buffer.from(unpacked).equals(bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('round-trips several blocks, of noise and of more than the memory it starts with', () => {
    for (const bytes of [noise(2_000_000), new Uint8Array(30_000_000)]) {
      const unpacked = bzip2Compression.decompress(bzip2Compression.compress(bytes), bytes.length);
      expect(Buffer.from(unpacked).equals(bytes)).toBe(true);
    }
  });

  it('M10: refuses truncated streams, data after the end, a second stream and plain bytes', () => {
    for (const text of ['', 'a', 'hello '.repeat(100)]) {
      const packed = bzip2Compression.compress(Buffer.from(text));
      expect(codeOf(packed)).toBe('accepted');
      const bad = [
        Buffer.from('hello'),
        Buffer.concat([packed, Buffer.from('x')]),
        Buffer.concat([packed, packed]),
        Buffer.concat([packed, Buffer.from('garbage after the end')]),
        ...Array.from({ length: packed.length }, (_, length) => packed.subarray(0, length)),
      ];
      for (const bytes of bad) expect(codeOf(bytes)).toBe('CLR_DECODE');
    }
  });

  it('refuses a stream with any bit turned, or gives the right bytes, and works on after that', () => {
    const plain = Buffer.from('hello '.repeat(20));
    const packed = bzip2Compression.compress(plain);
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const damaged = Uint8Array.from(packed);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      // The level in the header may change, the padding at the end does not matter.
      if (codeOf(damaged) === 'accepted')
        expect(Buffer.from(bzip2Compression.decompress(damaged, 1e6)).equals(plain)).toBe(true);
    }
    expect(codeOf(packed)).toBe('accepted');
  });

  it('M11: stops a bomb at the limit, in little time and memory', () => {
    const limit = 64 * 1024 * 1024;
    const bomb = Buffer.from(bzip2Compression.compress(new Uint8Array(100 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(1000);
    const memoryBefore = process.memoryUsage.rss();
    const startedAt = process.cpuUsage();
    expect(codeOf(bomb, limit)).toBe('CLR_MESSAGE_TOO_LARGE');
    const { user, system } = process.cpuUsage(startedAt);
    expect((user + system) / 1000).toBeLessThan(1500);
    expect(process.memoryUsage.rss() - memoryBefore).toBeLessThan(2 * limit);
  });

  it('takes exactly the limit', () => {
    const packed = bzip2Compression.compress(noise(100_000));
    expect(codeOf(packed, 100_000)).toBe('accepted');
    expect(codeOf(packed, 99_999)).toBe('CLR_MESSAGE_TOO_LARGE');
  });

  it('leaves the process alone', () => {
    bzip2Compression.compress(new Uint8Array(1));
    expect(process.listeners('unhandledRejection').some((listener) => String(listener).includes('throw reason'))).toBe(
      false,
    );
    expect('__dirname' in globalThis).toBe(false);
  });
});
