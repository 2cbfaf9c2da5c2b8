import { readFileSync } from 'node:fs';
import { isCeleriacError } from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AmqpWriter } from './amqp-writer.ts';
import { readFieldTable } from './field-table-reader.ts';

function tableBytes(table: { readonly [name: string]: unknown }): Buffer {
  const writer = new AmqpWriter(16);
  writer.table(table, 'headers');
  return Buffer.from(writer.cut(0));
}

function roundTrip(table: { readonly [name: string]: unknown }): unknown {
  return readFieldTable(tableBytes(table).subarray(4));
}

/** The header table of the one message that a sample of Python's Celery publishes. */
function pythonTable(sample: string): Buffer {
  const { frames } = JSON.parse(readFileSync(new URL(`../test/samples/${sample}.json`, import.meta.url), 'utf8'));
  const publish = frames.find((frame: { method?: string }) => frame.method === 'basic.publish');
  const header = Buffer.from(publish.raw_frames[1].base64, 'base64');
  const typeEnd = 22 + header[21]!;
  const start = typeEnd + 1 + header[typeEnd]!;
  return header.subarray(start, start + 4 + header.readUInt32BE(start));
}

describe('field tables', () => {
  it.each(['publish-headers', 'publish-eta-expires', 'publish-basic'])(
    'are byte for byte those of Python: %s',
    (name) => {
      const bytes = pythonTable(name);
      const table = readFieldTable(bytes.subarray(4));
      expect(table['task']).toBe('proj.add');
      expect(tableBytes(table).equals(bytes)).toBe(true);
    },
  );

  it('keep what JSON can hold', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const name = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: false }), (table) => {
        const plain = JSON.parse(JSON.stringify(roundTrip(table)));
        expect(plain).toEqual(JSON.parse(JSON.stringify(table)));
      }),
      { numRuns: 200 },
    );
  });

  it('keep integers of 64 bits, fractions, dates and bytes', () => {
    const table = {
      a: 2n ** 63n - 1n,
      b: -(2n ** 40n),
      c: 0.1,
      d: new Date(5000),
      e: Buffer.from([0, 255]),
      f: 2 ** 31,
    };
    expect(roundTrip(table)).toEqual({ ...table, b: -(2 ** 40) });
  });

  it.each<[string, unknown, string]>([
    ['an integer beyond 64 bits', 2n ** 63n, 'headers.x'],
    ['a function in a list', [1, () => 1], 'headers.x[1]'],
    ['an object of a class', { y: new Map() }, 'headers.x.y'],
  ])('refuse %s by its path', (_what, x, path) => {
    expect(() => tableBytes({ x })).toThrowError(expect.objectContaining({ code: 'CLR_ENCODE', path }));
  });

  it('refuse cycles instead of ending the process', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => tableBytes(cycle)).toThrowError(expect.objectContaining({ code: 'CLR_ENCODE' }));
  });

  it('read any bytes, or refuse them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(typeof readFieldTable(Buffer.from(bytes))).toBe('object');
        } catch (error) {
          expect(isCeleriacError(error, 'CLR_INVALID_MESSAGE')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuse tables nested without end', () => {
    const level = (inner: Buffer): Buffer => {
      const head = Buffer.from([1, 0x78, 0x46, 0, 0, 0, 0]);
      head.writeUInt32BE(inner.length, 3);
      return Buffer.concat([head, inner]);
    };
    let bytes: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 500; depth++) bytes = level(bytes);
    expect(() => readFieldTable(bytes)).toThrowError(expect.objectContaining({ code: 'CLR_INVALID_MESSAGE' }));
  });
});
