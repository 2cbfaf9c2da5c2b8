import { expect } from 'vitest';
import { decodeJson, encodeJson } from '../../src/json.ts';
import { DEFAULT_LIMITS } from '../../src/limits.ts';
import { EncodeError } from '../../src/protocol-errors.ts';
import { argsRepr, pythonRepr } from '../../src/python-repr.ts';
import { readResultTuples } from '../../src/result-codec.ts';
import { jsonSerializer } from '../../src/serializer.ts';
import { parseSignature } from '../../src/signature-codec.ts';
import { canonical, untag } from './canonical.ts';
import type { LeftOutCheck } from './left-out.ts';
import { bytesOf, type Capture, type RawCapture, type Sample } from './samples.ts';

/** A stored value that is neither a message nor a result. */
export function comparePlain(text: string, expected: unknown): void {
  const value = decodeJson(text);
  expect(canonical(value)).toBe(canonical(untag(expected)));
  expect(canonical(decodeJson(encodeJson(value)))).toBe(canonical(value));
}

/** A signature, or the tuple form of a result handle. */
export function compareSignature(sample: Sample): void {
  const { raw, decoded } = sample.content as Capture;
  if (raw === undefined) {
    expect(canonical(readResultTuples([decoded]))).toBe(canonical([decoded]));
    return;
  }
  const value = decodeJson(raw.utf8!);
  expect(canonical(value)).toBe(canonical(decoded));
  expect(canonical(parseSignature(value, 'signature'))).toBe(canonical(value));
}

interface Encoded {
  readonly error?: string;
  readonly content_type?: string;
  readonly content_encoding?: string;
  readonly raw?: RawCapture;
  readonly decoded?: unknown;
}

/** What kombu's JSON makes of one Python value. @returns how many comparisons were made */
export function compareSerializer(sample: Sample, isLeftOut: LeftOutCheck): number {
  const { json } = sample.content['encoded'] as { readonly json: Encoded };
  const value = untag(sample.content['value']);
  if (json.error !== undefined) {
    if (isLeftOut('encode')) return 0;
    expect(() => jsonSerializer.encode(value)).toThrow(EncodeError);
    return 1;
  }
  expect([jsonSerializer.contentType, jsonSerializer.contentEncoding]).toEqual([
    json.content_type,
    json.content_encoding,
  ]);
  const decoded = jsonSerializer.decode(bytesOf(json.raw!), DEFAULT_LIMITS);
  expect(canonical(decoded)).toBe(canonical(untag(json.decoded)));
  if (isLeftOut('encode')) return 1;
  expect(canonical(decodeJson(jsonSerializer.encode(value)))).toBe(canonical(decoded));
  return 2;
}

interface ReprCase {
  readonly value: unknown;
  readonly maxlen?: number;
  readonly repr: string;
}

/** Celery's reprs. @returns how many comparisons were made */
export function compareReprs(sample: Sample, isLeftOut: LeftOutCheck): number {
  let compared = 0;
  for (const { value, maxlen, repr } of sample.content['cases'] as ReprCase[]) {
    if (isLeftOut(`case:${repr}`)) continue;
    const isTuple = typeof value === 'object' && value !== null && '$tuple' in value;
    const plain = untag(value);
    expect(isTuple ? argsRepr(plain as unknown[], maxlen) : pythonRepr(plain, maxlen)).toBe(repr);
    compared += 1;
  }
  return compared;
}
