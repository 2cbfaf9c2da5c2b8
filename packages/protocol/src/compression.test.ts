import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCeleriacError } from './celeriac-error.ts';
import { brotliCompression, zlibCompression, zstdCompression } from './compression.ts';
import { CompressionRegistry } from './compression-registry.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isCeleriacError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

describe.each([zlibCompression, brotliCompression, zstdCompression])('$name', (compression) => {
  it('round-trips any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const unpacked = compression.decompress(compression.compress(bytes), Math.max(1, bytes.length));
        expect(Buffer.from(unpacked).equals(bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('M10: refuses truncated streams, data after the end, a second stream and plain bytes', () => {
    const packed = compression.compress(Buffer.from('hello '.repeat(100)));
    const bad = [
      Buffer.from('hello hello hello'),
      Buffer.concat([packed, Buffer.from('x')]),
      Buffer.concat([packed, packed]),
      ...Array.from({ length: packed.length }, (_, length) => packed.subarray(0, length)),
    ];
    for (const bytes of bad) expect(codeOf(() => compression.decompress(bytes, 1e6))).toBe('CLR_DECODE');
  });

  it('M11: stops a bomb at the limit, in little time and memory', () => {
    const limit = 64 * 1024 * 1024;
    const bomb = compression.compress(Buffer.alloc(200 * 1024 * 1024));
    const memoryBefore = process.memoryUsage.rss();
    const startedAt = process.cpuUsage();
    expect(codeOf(() => compression.decompress(bomb, limit))).toBe('CLR_MESSAGE_TOO_LARGE');
    const { user, system } = process.cpuUsage(startedAt);
    expect((user + system) / 1000).toBeLessThan(500);
    expect(process.memoryUsage.rss() - memoryBefore).toBeLessThan(2 * limit);
  });
});

describe('compression registry', () => {
  const registry = new CompressionRegistry();

  it.each([
    ['gzip', zlibCompression],
    ['zlib', zlibCompression],
    ['application/x-gzip', zlibCompression],
    ['brotli', brotliCompression],
    ['zstandard', zstdCompression],
    ['zstd', zstdCompression],
  ])('finds %s', (name, compression) => {
    expect(registry.byName(name)).toBe(compression);
    expect(registry.byContentType(compression.contentType)).toBe(compression);
  });

  it('suggests the nearest name', () => {
    let hint: string | undefined;
    try {
      registry.byName('gizp');
    } catch (error) {
      if (isCeleriacError(error, 'CLR_UNKNOWN_COMPRESSION')) hint = error.hint;
    }
    expect(hint).toContain('gzip');
    expect(codeOf(() => registry.byContentType('__proto__'))).toBe('CLR_UNKNOWN_COMPRESSION');
  });

  it('reads what Celery calls gzip, which is no gzip file', () => {
    expect(codeOf(() => zlibCompression.decompress(gzipSync('x'), 100))).toBe('CLR_DECODE');
  });
});
