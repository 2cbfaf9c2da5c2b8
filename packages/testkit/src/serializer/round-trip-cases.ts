import assert from 'node:assert/strict';
import { isCeleriacError } from '@celeriac/protocol';
import { plainValue } from '../conformance/plain-value.ts';
import type { SerializerCase } from './serializer-case.ts';
import type { SerializerHarness } from './serializer-harness.ts';

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  127,
  128,
  255,
  256,
  -128,
  -129,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  -(2 ** 31) - 1,
  2 ** 40,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  0.1,
  -0.5,
  1e-300,
  1.7976931348623157e308,
  5e-324,
  '',
  'text',
  'yes',
  'null',
  '~',
  '1',
  '1e3',
  '2026-01-01',
  ' padded ',
  'multi\nline\r\n\ttext',
  '"quotes" \'and\' \\ backslashes',
  'grüße 你好 🌱 \u0000 \u2028 \ufeff',
  '# not a comment',
  '- not a list',
  '!!js/function "x"',
  '&anchor *alias',
  'x'.repeat(70_000),
  [],
  [[], [[]]],
  [1, 'two', null, [true], { four: 4 }],
  {},
  { a: {}, b: [], '': 'empty key', 'with space': 1, ключ: 2, '1': 'digit' },
  [['tasks.add'], { x: 1, y: [2, 3] }, { callbacks: null, errbacks: null, chain: null, chord: null }],
];

function assertRoundTrip(harness: SerializerHarness, value: unknown): void {
  assert.deepEqual(plainValue(harness.roundTrip(value)), plainValue(value));
}

/** The error that `encode` throws, or undefined. */
function refusal(harness: SerializerHarness, value: unknown): unknown {
  try {
    harness.serializer.encode(value);
    return undefined;
  } catch (error) {
    return error;
  }
}

function assertExactOrRefused(harness: SerializerHarness, value: unknown): void {
  const error = refusal(harness, value);
  if (error === undefined) assertRoundTrip(harness, value);
  else assert(isCeleriacError(error, 'CLR_ENCODE'), `refused with ${String(error)}`);
}

/** What goes in comes out, or is refused by name. */
export const roundTripCases: readonly SerializerCase[] = [
  {
    name: 'names itself, its content type and its encoding',
    async run({ serializer }) {
      assert.match(serializer.name, /^[a-z][a-z0-9_-]*$/);
      assert.match(serializer.contentType, /^[a-z]+\/[a-z0-9.+-]+$/);
      assert(['utf-8', 'binary'].includes(serializer.contentEncoding), serializer.contentEncoding);
    },
  },
  {
    name: 'round-trips the values of JSON',
    async run(harness) {
      for (const value of VALUES) assertRoundTrip(harness, value);
    },
  },
  {
    name: 'round-trips generated values',
    async run(harness) {
      harness.repeat(300, (random) => assertRoundTrip(harness, random.value()));
    },
  },
  {
    name: 'writes bytes that fit its encoding, the same ones each time, and leaves the value alone',
    async run(harness) {
      const { serializer } = harness;
      const value = Object.freeze({ list: Object.freeze([1, 'ü', null]), nested: Object.freeze({ a: 1.5 }) });
      const body = serializer.encode(value);
      assert(body instanceof Uint8Array, 'bytes');
      assert.deepEqual(Buffer.from(serializer.encode(value)), Buffer.from(body));
      if (serializer.contentEncoding === 'utf-8') new TextDecoder('utf-8', { fatal: true }).decode(body);
    },
  },
  {
    name: 'never rounds an integer beyond 2^53: it comes back exactly, or is refused',
    async run(harness) {
      for (const value of [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n, 10n ** 30n]) {
        assertExactOrRefused(harness, { value });
      }
    },
  },
  {
    name: 'brings NaN and the infinities back, or refuses them',
    async run(harness) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        assertExactOrRefused(harness, [value]);
      }
    },
  },
  {
    name: 'drops undefined members and writes undefined as null',
    async run(harness) {
      assert.deepEqual(plainValue(harness.roundTrip({ a: 1, b: undefined })), plainValue({ a: 1 }));
      assert.equal(harness.roundTrip(undefined), null);
    },
  },
  {
    name: 'is stable on broken Unicode (M25)',
    async run(harness) {
      const error = refusal(harness, 'a\ud800b');
      if (error !== undefined) return assert(isCeleriacError(error, 'CLR_ENCODE'), String(error));
      const once = harness.roundTrip('a\ud800b');
      assert.equal(typeof once, 'string');
      assert.equal(harness.roundTrip(once), once);
    },
  },
  {
    name: 'keeps hostile keys as plain data, or refuses them (M22)',
    async run(harness) {
      const value: unknown = JSON.parse(
        '{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}, "toString": 3}',
      );
      const error = refusal(harness, value);
      if (error !== undefined) return assert(isCeleriacError(error, 'CLR_ENCODE'), String(error));
      const decoded = harness.roundTrip(value) as { polluted?: unknown };
      assert.deepEqual(Object.keys(decoded).sort(), ['__proto__', 'constructor', 'toString']);
      assert.equal(decoded.polluted, undefined, 'nothing is inherited');
      assert.equal(({} as { polluted?: unknown }).polluted, undefined, 'Object.prototype is untouched');
    },
  },
  {
    name: 'refuses what has no form, and says where it is',
    async run(harness) {
      for (const value of [() => 1, Symbol('s')]) {
        const error = refusal(harness, { items: [1, { inner: value }] });
        assert(isCeleriacError(error, 'CLR_ENCODE'), `${typeof value} is refused, got ${String(error)}`);
        const { path } = error as unknown as { path: string };
        assert(path.includes('items') && path.includes('inner'), `the path "${path}" leads to the value`);
      }
    },
  },
  {
    name: 'refuses cycles and endless depth without exhausting the stack',
    async run(harness) {
      const cycle: { self?: unknown } = {};
      cycle.self = { back: [cycle] };
      let deep: unknown = 1;
      for (let level = 0; level < 100_000; level++) deep = [deep];
      for (const value of [cycle, deep]) {
        const error = refusal(harness, value);
        assert(isCeleriacError(error, 'CLR_ENCODE'), `got ${String(error)}`);
      }
    },
  },
];
