import assert from 'node:assert/strict';
import { isCeleriacError } from '@celeriac/protocol';
import type { SerializerCase } from './serializer-case.ts';
import type { SerializerHarness } from './serializer-harness.ts';

/** Decoding garbage must not take longer than this, all of it together. Milliseconds. */
const GARBAGE_MS = 5_000;

/** Garbage may happen to mean something; if not, the error must be one of ours. */
function assertSurvives(harness: SerializerHarness, body: Uint8Array): void {
  try {
    harness.decode(body);
  } catch (error) {
    const shown = Buffer.from(body.subarray(0, 40)).toString('hex');
    assert(isCeleriacError(error), `decoding ${shown} threw ${String(error)}`);
  }
}

function assertRefused(harness: SerializerHarness, what: string, decode: () => unknown, ...codes: string[]): void {
  let error: unknown;
  try {
    decode();
  } catch (thrown) {
    error = thrown;
  }
  const isOurs = isCeleriacError(error) && codes.includes(error.code);
  assert(isOurs, `${harness.serializer.name} answers ${what} with ${codes.join(' or ')}, got ${String(error)}`);
}

function nested(levels: number): unknown {
  let value: unknown = 'core';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { n: value };
  return value;
}

/** Bad input ends in an error with a code: no crash, no hang, no memory by declared length. */
export const badInputCases: readonly SerializerCase[] = [
  {
    name: 'survives random bytes',
    async run(harness) {
      const start = performance.now();
      harness.repeat(400, (random) => assertSurvives(harness, random.bytes(64)));
      assert(performance.now() - start < GARBAGE_MS, 'in reasonable time');
    },
  },
  {
    name: 'survives every truncation of valid output',
    async run(harness) {
      const body = harness.serializer.encode({
        list: [1, 'two', { three: 3.5 }],
        text: 'grüße 🌱',
        none: null,
        big: 2 ** 40,
      });
      for (let length = 0; length < body.length; length++) assertSurvives(harness, body.subarray(0, length));
    },
  },
  {
    name: 'survives changed bytes in valid output',
    async run(harness) {
      const start = performance.now();
      harness.repeat(300, (random) => {
        const body = Uint8Array.from(harness.serializer.encode(random.record(3)));
        if (body.length > 0) body[random.below(body.length)] = random.below(256);
        assertSurvives(harness, body);
      });
      assert(performance.now() - start < GARBAGE_MS, 'in reasonable time');
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    },
  },
  {
    name: 'refuses data after the value',
    async run(harness) {
      const body = harness.serializer.encode({ a: 1 });
      assertRefused(harness, 'the same body twice', () => harness.decode(Buffer.concat([body, body])), 'CLR_DECODE');
    },
  },
  {
    name: 'refuses more levels than the limit allows (M21)',
    async run(harness) {
      const limits = { maxDepth: 20 };
      assert.notEqual(harness.roundTrip(nested(10), limits), undefined);
      const body = harness.serializer.encode(nested(50));
      assertRefused(harness, '50 levels where 20 are allowed', () => harness.decode(body, limits), 'CLR_DECODE');
    },
  },
  {
    name: 'refuses a body above the limit of bytes',
    async run(harness) {
      const body = harness.serializer.encode('x'.repeat(10_000));
      const decode = (): unknown => harness.decode(body, { maxMessageBytes: 1_000 });
      assertRefused(harness, '10,000 bytes where 1,000 are allowed', decode, 'CLR_MESSAGE_TOO_LARGE');
    },
  },
];
