import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactIntegers } from '../test/exact-integers.ts';
import { isCeleriacError } from './celeriac-error.ts';
import { decodeJson, encodeJson } from './json.ts';
import { parsePythonJson } from './json-parser.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { EncodeError } from './protocol-errors.ts';

/** What the run threw: the code of a Celeriac error, else its class. */
function codeOf(run: () => unknown): string {
  try {
    run();
    return 'nothing';
  } catch (error) {
    return isCeleriacError(error) ? error.code : String(error);
  }
}

function pathOf(value: unknown, root?: string): string {
  try {
    encodeJson(value, root === undefined ? undefined : { root });
  } catch (error) {
    if (error instanceof EncodeError) return error.path;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const jsonValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.maxSafeInteger(),
    fc.double({ noInteger: true }),
    fc.bigInt().filter((big) => big > 2n ** 53n || big < -(2n ** 53n)),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ud800', 'a\u0000b', '__proto__', '1234567890123456', 'NaN', '"__type__"'),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString')), tie('value'), {
      maxKeys: 5,
    }),
  ),
})).value;

describe('JSON', () => {
  it('round-trips any JSON value, bigints, NaN, hostile keys and lone surrogates among them', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        expect(decodeJson(encodeJson(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('reads what native parsing reads in the same way', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (text, blank) => {
        expect(parsePythonJson(blank + text + blank, 512)).toEqual(exactIntegers(JSON.parse(text)));
      }),
    );
  });

  it('reads long integers exactly wherever they stand, among texts of any length', () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{15,30}$/);
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }),
        digits,
        fc.constantFrom('[', '[1, ', '[ "x",\t', ''),
        (text, long, before) => {
          const source = before === '' ? long : `${before}${long}, ${JSON.stringify(text + long)}]`;
          const expected = Number.isSafeInteger(Number(long)) ? Number(long) : BigInt(long);
          const read = decodeJson(source);
          expect(before === '' ? read : (read as unknown[]).at(-2)).toEqual(expected);
          if (before !== '') expect((read as unknown[]).at(-1)).toBe(text + long);
        },
      ),
    );
  });

  it.each(Array.from({ length: 34 }, (_, before) => before))(
    'finds the shortest of them behind %i characters',
    (before) => {
      expect(decodeJson(`${' '.repeat(before)}9999999999999999`)).toBe(9_999_999_999_999_999n);
    },
  );

  it('refuses what native parsing refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'[]{},:"\\0129.eE+-ntrufalse \n\u0001') }), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(codeOf(() => decodeJson(text))).toBe(valid ? 'nothing' : 'CLR_DECODE');
        expect(codeOf(() => parsePythonJson(text, 512))).toBe(valid ? 'nothing' : 'CLR_DECODE');
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9007199254740991', 9007199254740991],
    ['[1, 12345678901234567890]', [1, 12345678901234567890n]],
    ['{"id":1234567890123456789}', { id: 1234567890123456789n }],
    ['0.12345678901234567', 0.12345678901234567],
    ['12345678901234567.5', 12345678901234567.5],
    ['1e400', Number.POSITIVE_INFINITY],
  ])('M24: reads the number %s without rounding', (text, value) => {
    expect(decodeJson(text)).toEqual(value);
  });

  it.each(['NaN', '[NaN, Infinity, -Infinity]', '{"a": NaN}'])('M23: reads %s as Python does', (text) => {
    expect(codeOf(() => decodeJson(text))).toBe('nothing');
    expect(encodeJson(decodeJson(text)).replaceAll(/[:,]/g, '$& ')).toBe(text);
  });

  it('M22: keeps __proto__ as data and sets no prototype', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"__proto__":{"x":1},"big":12345678901234567890}']) {
      const value = decodeJson(text) as { x?: unknown };
      expect(value.x).toBeUndefined();
      expect(Object.keys(value)[0]).toBe('__proto__');
      expect(encodeJson(value)).toBe(text);
    }
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('M25: takes the last of duplicate keys', () => {
    expect(decodeJson('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(decodeJson('{"a":12345678901234567890,"a":2}')).toEqual({ a: 2 });
  });

  it.each([10_000, 100_000, 5_000_000])('M21: refuses %i levels without overflowing the stack', (depth) => {
    expect(codeOf(() => decodeJson('['.repeat(depth) + ']'.repeat(depth)))).toBe('CLR_DECODE');
    expect(codeOf(() => decodeJson(`[1234567890123456,${'['.repeat(depth)}`))).toBe('CLR_DECODE');
  });

  it('counts levels, not brackets, and none inside of text', () => {
    expect(codeOf(() => decodeJson(`[${'[],'.repeat(2000)}[]]`))).toBe('nothing');
    expect(codeOf(() => decodeJson(JSON.stringify({ a: `\\"${'['.repeat(2000)}\\` })))).toBe('nothing');
    expect(codeOf(() => decodeJson('['.repeat(512) + ']'.repeat(512)))).toBe('nothing');
    expect(codeOf(() => decodeJson('['.repeat(513) + ']'.repeat(513)))).toBe('CLR_DECODE');
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['UTF-16', Buffer.from('"abc"', 'utf16le')],
    ['a byte order mark', Buffer.from('\ufeff{}')],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['nothing', Buffer.from('')],
    ['two values', Buffer.from('{} {}')],
    ['a comment', Buffer.from('{} // x')],
  ])('M4: refuses %s', (_, bytes) => {
    expect(codeOf(() => decodeJson(bytes))).toBe('CLR_DECODE');
  });

  it('refuses a text beyond the limit before it parses it', () => {
    expect(codeOf(() => decodeJson('"abcdef"', { ...DEFAULT_LIMITS, maxMessageBytes: 7 }))).toBe(
      'CLR_MESSAGE_TOO_LARGE',
    );
  });

  const cycle: unknown[] = [];
  cycle.push({ again: cycle });
  it.each<[string, unknown, string]>([
    ['a function', { items: [0, { fn: () => {} }] }, 'result.items[1].fn'],
    ['a symbol', [Symbol('s')], 'result[0]'],
    ['undefined in a list', { a: [undefined] }, 'result.a[0]'],
    ['a hole in a list', new Array(1), 'result[0]'],
    ['a set', { 'my key': new Set() }, 'result["my key"]'],
    ['bytes', { b: new Uint8Array(1) }, 'result.b'],
    ['an error', { e: new Error('x') }, 'result.e'],
    ['a promise', Promise.resolve(1), 'result'],
    ['an invalid date', [new Date(Number.NaN)], 'result[0]'],
    ['a cycle', cycle, 'result[0].again'],
    ['a key that is an object', new Map([[{}, 1]]), 'result'],
  ])('D8: names the path of %s', (_, value, path) => {
    expect(pathOf(value, 'result')).toBe(path);
  });

  it('refuses to write more than 512 levels', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 600; level++) deep = { deep };
    expect(codeOf(() => encodeJson(deep))).toBe('CLR_ENCODE');
    let allowed: unknown = 1;
    for (let level = 0; level < 512; level++) allowed = [allowed];
    expect(codeOf(() => encodeJson(allowed))).toBe('nothing');
  });

  it('writes one object in two places twice', () => {
    const shared = { big: 2n ** 70n };
    expect(encodeJson([shared, shared])).toBe('[{"big":1180591620717411303424},{"big":1180591620717411303424}]');
  });

  it.each<[unknown, string]>([
    [undefined, 'null'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [new Date(Date.UTC(2020, 1, 29, 1, 2, 3, 4)), '"2020-02-29T01:02:03.004000Z"'],
    [new Date(Date.UTC(2020, 1, 29, 1, 2, 3)), '"2020-02-29T01:02:03Z"'],
    [
      new Map<unknown, unknown>([
        ['a', 1n],
        [2, null],
      ]),
      '{"a":1,"2":null}',
    ],
    [{ toJSON: () => ({ shown: true }) }, '{"shown":true}'],
    [Object.create(null), '{}'],
    [-0, '-0.0'],
    [
      new (class Point {
        x = 1n;
      })(),
      '{"x":1}',
    ],
    ['\ud800', '"\\ud800"'],
  ])('writes case %#', (value, text) => {
    expect(encodeJson(value)).toBe(text);
  });

  it("reads Celery 5.3's typed values", () => {
    const typed = (type: string, value: unknown): unknown =>
      decodeJson(JSON.stringify({ __type__: type, __value__: value }));
    expect(typed('datetime', '2020-02-29T01:02:03.004000+00:00')).toEqual(new Date(Date.UTC(2020, 1, 29, 1, 2, 3, 4)));
    expect(typed('datetime', '2020-02-29T01:02:03')).toBe('2020-02-29T01:02:03');
    expect(typed('decimal', '1.10')).toBe('1.10');
    expect(typed('date', '2020-02-29')).toBe('2020-02-29');
    expect(typed('uuid', { hex: '12345678123456781234567812345678' })).toBe('12345678-1234-5678-1234-567812345678');
    expect(typed('bytes', 'é')).toEqual(new Uint8Array([0xc3, 0xa9]));
    expect(typed('base64', '/wA=')).toEqual(new Uint8Array([0xff, 0]));
  });

  it('refuses typed values of unknown type or shape, and leaves objects with more keys alone', () => {
    for (const value of [
      '{"__type__":"os","__value__":1}',
      '{"__type__":"__proto__","__value__":1}',
      '{"__type__":1,"__value__":1}',
    ]) {
      expect(codeOf(() => decodeJson(value))).toBe('CLR_DECODE');
    }
    for (const value of ['{"__type__":"uuid","__value__":{"hex":"zz"}}', '{"__type__":"base64","__value__":"*"}']) {
      expect(codeOf(() => decodeJson(value))).toBe('CLR_DECODE');
    }
    const more = { __type__: 'x', __value__: 1, more: true };
    expect(decodeJson(JSON.stringify(more))).toEqual(more);
    expect(decodeJson('{"__type__":"x"}')).toEqual({ __type__: 'x' });
  });

  it('round-trips dates and bytes in the forms of Celery 5.3', () => {
    const value = { at: new Date(1_600_000_000_123), bytes: new Uint8Array([0, 255]) };
    expect(decodeJson(encodeJson(value, { types: 'celery-5.3' }))).toEqual(value);
  });
});
