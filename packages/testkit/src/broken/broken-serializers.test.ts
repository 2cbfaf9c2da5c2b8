import { DEFAULT_LIMITS, EncodeError, isCeleriacError, jsonSerializer, type Serializer } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { runCases } from '../conformance/run-cases.ts';
import { serializerCases } from '../serializer/serializer-cases.ts';
import { serializerSuite } from '../serializer/serializer-suite.ts';

/** One way in which a serializer can be wrong, and the cases that must notice. */
interface SerializerFlaw {
  readonly name: string;
  readonly caughtBy: readonly string[];
  readonly flawed: Partial<Serializer>;
}

const { encode, decode } = jsonSerializer;

/** Changes every text, list and object on the way in. */
function deep(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => deep(one, change));
  if (typeof value !== 'object' || value === null) return change(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one, change)]));
}

function encoding(change: (value: unknown) => unknown): Partial<Serializer> {
  return { encode: (value) => encode(deep(value, change)) };
}

function padding(): Partial<Serializer> {
  let calls = 0;
  return { encode: (value) => Buffer.concat([encode(value), Buffer.from(' '.repeat(++calls % 2))]) };
}

const flaws: readonly SerializerFlaw[] = [
  {
    name: 'has no proper content type',
    caughtBy: ['names itself, its content type and its encoding'],
    flawed: { contentType: 'JSON' },
  },
  {
    name: 'takes the empty text for null',
    caughtBy: ['round-trips the values of JSON', 'round-trips generated values'],
    flawed: encoding((value) => (value === '' ? null : value)),
  },
  {
    name: 'writes other bytes each time',
    caughtBy: ['writes bytes that fit its encoding, the same ones each time, and leaves the value alone'],
    flawed: padding(),
  },
  {
    name: 'writes integers as doubles',
    caughtBy: ['never rounds an integer beyond 2^53: it comes back exactly, or is refused'],
    flawed: encoding((value) => (typeof value === 'bigint' ? Number(value) : value)),
  },
  {
    name: 'writes NaN as null',
    caughtBy: ['brings NaN and the infinities back, or refuses them'],
    flawed: encoding((value) => (typeof value === 'number' && !Number.isFinite(value) ? null : value)),
  },
  {
    name: 'writes undefined members as null',
    caughtBy: ['drops undefined members and writes undefined as null'],
    flawed: encoding((value) => value ?? null),
  },
  {
    name: 'throws any error at broken Unicode',
    caughtBy: ['is stable on broken Unicode (M25)'],
    flawed: encoding((value) => (typeof value === 'string' ? decodeURIComponent(encodeURIComponent(value)) : value)),
  },
  {
    name: 'copies into plain objects',
    caughtBy: ['keeps hostile keys as plain data, or refuses them (M22)'],
    flawed: { decode: (body, limits) => Object.assign({}, decode(body, limits)) },
  },
  {
    name: 'does not say where the value is that it refuses',
    caughtBy: ['refuses what has no form, and says where it is'],
    flawed: {
      encode: (value) => {
        try {
          return encode(value);
        } catch {
          throw new EncodeError('', 'it has no form');
        }
      },
    },
  },
  {
    name: 'writes and reads as JSON does by itself',
    caughtBy: [
      'refuses cycles and endless depth without exhausting the stack',
      'survives random bytes',
      'survives every truncation of valid output',
      'survives changed bytes in valid output',
    ],
    flawed: {
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: (body) => JSON.parse(Buffer.from(body).toString()),
    },
  },
  {
    name: 'reads the first value and no further',
    caughtBy: ['refuses data after the value'],
    flawed: { decode: (body, limits) => decode(body.subarray(0, body.indexOf(0x7d) + 1), limits) },
  },
  {
    name: 'ignores the limits',
    caughtBy: ['refuses more levels than the limit allows (M21)', 'refuses a body above the limit of bytes'],
    flawed: { decode: (body) => decode(body, DEFAULT_LIMITS) },
  },
];

describe('the serializer suite', () => {
  it.each(flaws.map((flaw) => [flaw.name, flaw] as const))('catches a serializer that %s', async (_name, flaw) => {
    const cases = serializerCases.filter((one) => flaw.caughtBy.includes(one.name));
    expect(cases.map((one) => one.name).sort()).toEqual([...flaw.caughtBy].sort());
    const { open } = serializerSuite('flawed', { serializer: { ...jsonSerializer, ...flaw.flawed }, seed: 1 });
    const results = await runCases(cases, open);
    expect(results.filter((result) => result.status !== 'failed')).toEqual([]);
  });

  it('has no case that no broken serializer fails', () => {
    const caught = new Set(flaws.flatMap((flaw) => flaw.caughtBy));
    expect(serializerCases.map((one) => one.name).filter((name) => !caught.has(name))).toEqual([]);
  });

  it('names the seed of a value that failed', async () => {
    const cases = serializerCases.filter((one) => one.name === 'round-trips generated values');
    const serializer = { ...jsonSerializer, ...encoding((value) => (value === '' ? null : value)) };
    const [result] = await runCases(cases, serializerSuite('flawed', { serializer, seed: 7_000 }).open);
    expect(result?.error?.message).toMatch(/^with seed 7\d{3}: /);
    expect(isCeleriacError(result?.error)).toBe(false);
  });
});
