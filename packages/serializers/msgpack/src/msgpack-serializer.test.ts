import { readdirSync, readFileSync } from 'node:fs';
import {
  acceptList,
  CompressionRegistry,
  DEFAULT_LIMITS,
  decodeEnvelope,
  decodeTaskBodyOf,
  encodeResultMeta,
  encodeTaskMessage,
  isCeleriacError,
  parseResultMeta,
  readTaskRequest,
  SerializerRegistry,
} from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msgpackSerializer } from './msgpack-serializer.ts';

const fixtures = new URL('../fixtures/', import.meta.url);

interface Raw {
  readonly utf8?: string;
  readonly base64?: string;
}

/** The parts of a golden file that are read here. */
interface Golden {
  readonly messages: readonly { readonly raw: Raw; readonly body: unknown; readonly body_raw: Raw }[];
  readonly results: readonly { readonly raw?: Raw; readonly decoded?: unknown }[];
  readonly value: unknown;
  readonly encoded: { readonly msgpack: { readonly error?: string; readonly raw?: Raw; readonly decoded?: unknown } };
}

function readFixture(name: string): Golden {
  return JSON.parse(readFileSync(new URL(name, fixtures), 'utf8')) as Golden;
}

function bytesOf(raw: Raw): Buffer {
  return raw.utf8 === undefined ? Buffer.from(raw.base64!, 'base64') : Buffer.from(raw.utf8);
}

/** Python values of a golden file as the serializer takes and gives them. */
function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  const tagged = value as { readonly [tag: string]: unknown };
  if ('$bytes' in tagged) return new Uint8Array(Buffer.from(tagged['$bytes'] as string, 'base64'));
  if ('$int' in tagged) return BigInt(tagged['$int'] as string);
  if ('$set' in tagged) return new Set(tagged['$set'] as unknown[]);
  if ('$tuple' in tagged) return untag(tagged['$tuple']);
  if ('$exception' in tagged) return new Error('of Python');
  return Object.fromEntries(Object.entries(tagged).map(([key, member]) => [key, untag(member)]));
}

function decode(bytes: Uint8Array | readonly number[]): unknown {
  return msgpackSerializer.decode(Uint8Array.from(bytes), DEFAULT_LIMITS);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isCeleriacError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

function pathOf(value: unknown): string | undefined {
  try {
    msgpackSerializer.encode(value);
  } catch (error) {
    if (isCeleriacError(error, 'CLR_ENCODE')) return (error as unknown as { path: string }).path;
    throw error;
  }
  return undefined;
}

const packable = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    // Not -0, which the packer writes as the integer 0.
    fc.constantFrom(null, true, false, Number.NaN, Number.POSITIVE_INFINITY),
    fc.maxSafeInteger(),
    fc.double({ noInteger: true }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toJSON')), tie('value'), {
      maxKeys: 20,
    }),
  ),
})).value;

describe('golden samples of Celery 5.2.6', () => {
  const serializers = new SerializerRegistry([msgpackSerializer]);
  const compressions = new CompressionRegistry();
  const accept = acceptList(['msgpack'], serializers);

  it.each(['ser-msgpack.json', 'msgpack-success.json', 'msgpack-failure.json'])(
    'reads and sends the tasks of %s',
    (file) => {
      const { messages } = readFixture(file);
      for (const { raw, body, body_raw } of messages) {
        const { message } = decodeEnvelope(raw.utf8!);
        const request = readTaskRequest(message, () => null);
        const read = decodeTaskBodyOf(message, request, serializers, accept, compressions);
        expect([read.args, { ...read.kwargs }, read.embed]).toEqual(untag(body));
        const call = {
          ...read.embed,
          task: request.task,
          id: request.id,
          args: read.args,
          kwargs: read.kwargs,
          origin: 'x',
        };
        const again = encodeTaskMessage(call, { serializer: msgpackSerializer }, 0);
        expect(bytesOf(body_raw).equals(again.body)).toBe(true);
        expect([again.contentType, again.contentEncoding]).toEqual([message.contentType, message.contentEncoding]);
      }
    },
  );

  it.each(['msgpack-success.json', 'msgpack-failure.json'])('reads and writes the results of %s', (file) => {
    const stored = readFixture(file).results.filter((result) => result.raw !== undefined);
    expect(stored.length).toBeGreaterThan(0);
    for (const { raw, decoded } of stored) {
      const bytes = bytesOf(raw!);
      const value = decode(bytes);
      expect(value).toEqual(untag(decoded));
      expect(Buffer.from(msgpackSerializer.encode(encodeResultMeta(parseResultMeta(value)))).equals(bytes)).toBe(true);
    }
  });

  /** Python types without a counterpart here. */
  const noSuchType = new Set([
    'date.json',
    'datetime-naive.json',
    'datetime-utc.json',
    'decimal.json',
    'time.json',
    'uuid.json',
  ]);
  const files = readdirSync(new URL('serializers/', fixtures));

  it.each(files.filter((file) => !noSuchType.has(file)))('packs the value of serializers/%s as kombu does', (file) => {
    const { value, encoded } = readFixture(`serializers/${file}`);
    const expected = encoded.msgpack;
    if (expected.error !== undefined) {
      expect(codeOf(() => msgpackSerializer.encode(untag(value)))).toBe('CLR_ENCODE');
      return;
    }
    const bytes = bytesOf(expected.raw!);
    expect(decode(bytes)).toEqual(untag(expected.decoded));
    expect(Buffer.from(msgpackSerializer.encode(untag(value))).equals(bytes)).toBe(true);
  });

  it('has a sample for every type', () => {
    expect(files.length).toBeGreaterThanOrEqual(21);
  });
});

describe('msgpack', () => {
  it('round-trips any value, 64 bit integers, bytes and hostile keys among them', () => {
    fc.assert(
      fc.property(packable, (value) => {
        expect(decode(msgpackSerializer.encode(value))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it.each([2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
    'keeps %d an integer',
    (value) => {
      const bytes = msgpackSerializer.encode(value);
      expect([0xca, 0xcb]).not.toContain(bytes[0]);
      expect(decode(bytes)).toBe(value);
    },
  );

  it('sends dates as ISO text, maps as maps, undefined as nil or not at all', () => {
    expect(decode(msgpackSerializer.encode(new Date(Date.UTC(2020, 1, 29, 1, 2, 3, 4))))).toBe(
      '2020-02-29T01:02:03.004000Z',
    );
    expect(
      decode(
        msgpackSerializer.encode(
          new Map<unknown, unknown>([
            ['a', 1],
            [2, 'b'],
          ]),
        ),
      ),
    ).toEqual({ a: 1, 2: 'b' });
    expect(decode(msgpackSerializer.encode(undefined))).toBeNull();
    expect(decode(msgpackSerializer.encode({ a: undefined, b: 1 }))).toEqual({ b: 1 });
    expect(decode(msgpackSerializer.encode({ toJSON: () => [1] }))).toEqual([1]);
  });

  const cycle: unknown[] = [];
  cycle.push({ again: cycle });
  it.each<[string, unknown, string]>([
    ['a function', { items: [0, { fn: () => {} }] }, 'items[1].fn'],
    ['undefined in a list', [undefined], '[0]'],
    ['a set', { s: new Set() }, 's'],
    ['an error', [new Error('x')], '[0]'],
    ['an integer beyond 64 bits', { n: 2n ** 64n }, 'n'],
    ['a lone surrogate', ['\ud800'], '[0]'],
    ['a cycle', cycle, '[0].again'],
    ['an invalid date', { d: new Date(Number.NaN) }, 'd'],
  ])('D8: names the path of %s', (_, value, path) => {
    expect(pathOf(value)).toBe(path);
  });

  it('M22: keeps __proto__ as data', () => {
    const value = decode(msgpackSerializer.encode(JSON.parse('{"__proto__":{"x":1}}'))) as { x?: unknown };
    expect([Object.keys(value), value.x, ({} as { x?: unknown }).x]).toEqual([['__proto__'], undefined, undefined]);
  });

  it.each<[string, readonly number[]]>([
    ['no bytes', []],
    ['a byte that is never used', [0xc1]],
    ['a fixed extension', [0xd4, 1, 0]],
    ['the timestamp extension', [0xd6, 0xff, 0, 0, 0, 0]],
    ['a record definition', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1]],
    ['a sized extension', [0xc7, 1, 5, 0]],
    ['an extension of 4 GB', [0xc9, 0xff, 0xff, 0xff, 0xff, 1]],
    ['text of 4 GB', [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ['bytes of 4 GB', [0xc6, 0xff, 0xff, 0xff, 0xff, 0]],
    ['a list of 4 billion', [0xdd, 0xff, 0xff, 0xff, 0xff, 0xc0]],
    ['a map of 4 billion', [0xdf, 0xff, 0xff, 0xff, 0xff, 0xc0]],
    ['a truncated list', [0x93, 1, 2]],
    ['a truncated map', [0x82, 0xa1, 0x61, 1]],
    ['a truncated number', [0xcb, 0, 0]],
    ['a truncated length', [0xda, 0]],
    ['trailing bytes', [1, 2]],
    ['text that is not UTF-8', [0xa1, 0xff]],
    ['a key that is a list', [0x81, 0x90, 1]],
    ['a key that is bytes', [0x81, 0xc4, 1, 0, 1]],
  ])('M27: refuses %s', (_, bytes) => {
    expect(codeOf(() => decode(bytes))).toBe('CLR_DECODE');
  });

  it.each([0x91, 0x81])('M27: refuses 100,000 levels without overflowing the stack', (head) => {
    expect(codeOf(() => decode(new Uint8Array(100_000).fill(head)))).toBe('CLR_DECODE');
  });

  it('takes 512 levels and no more', () => {
    const levels = (count: number): number[] => [...new Array<number>(count).fill(0x91), 0xc0];
    expect(codeOf(() => decode(levels(512)))).toBe('accepted');
    expect(codeOf(() => decode(levels(513)))).toBe('CLR_DECODE');
  });

  it('refuses every prefix of a value', () => {
    const bytes = msgpackSerializer.encode({ a: [1, 'two', 3.5, new Uint8Array(300)], b: { c: 2 ** 40, d: null } });
    for (let length = 0; length < bytes.length; length++)
      expect(codeOf(() => decode(bytes.subarray(0, length)))).toBe('CLR_DECODE');
  });

  it('gives a value or refuses, whatever bytes arrive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(['accepted', 'CLR_DECODE']).toContain(codeOf(() => decode(bytes)));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives bytes that do not change when more is packed or unpacked', () => {
    const first = msgpackSerializer.encode({ a: 1 });
    const copy = Uint8Array.from(first);
    const bytes = decode(msgpackSerializer.encode(new Uint8Array([1, 2, 3])));
    for (let round = 0; round < 100; round++) decode(msgpackSerializer.encode(['x'.repeat(500), new Uint8Array(500)]));
    expect([first, bytes]).toEqual([copy, new Uint8Array([1, 2, 3])]);
  });

  it('refuses a body beyond the limit', () => {
    const limits = { ...DEFAULT_LIMITS, maxMessageBytes: 3 };
    expect(codeOf(() => msgpackSerializer.decode(new Uint8Array(4), limits))).toBe('CLR_MESSAGE_TOO_LARGE');
  });
});
