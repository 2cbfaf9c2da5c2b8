import { describe, expect, it } from 'vitest';
import { isCeleriacError } from '../../src/celeriac-error.ts';
import { refused } from '../golden-exceptions.ts';
import { compareEnvelope, compareFrame, compareResult } from './compare-message.ts';
import { comparePlain, compareReprs, compareSerializer, compareSignature } from './compare-value.ts';
import { type LeftOutCheck, leftOutOf, unusedEntries } from './left-out.ts';
import { type Capture, capturesOf, commandTexts, readSamples, type Sample } from './samples.ts';

const samples = readSamples();
/** Comparisons made per file. */
const compared = new Map<string, number>();

describe('golden samples of Celery 5.2.6', () => {
  it.each(samples.map((sample) => [sample.file, sample] as const))('%s', (file, sample) => {
    const isLeftOut = leftOutOf(file);
    const count = compareSample(sample, isLeftOut);
    compared.set(file, count);
    expect(count).toBeGreaterThan(0);
  });

  it('leaves nothing out without need', () => {
    expect(unusedEntries()).toEqual([]);
  });

  it('compares every file and every capture (manifest)', () => {
    expect(samples.length).toBeGreaterThanOrEqual(284);
    expect(compared.size).toBe(samples.length);
    expect([...compared.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(697);
  });
});

function compareSample(sample: Sample, isLeftOut: LeftOutCheck): number {
  const kind = sample.file.slice(0, sample.file.indexOf('/'));
  switch (kind) {
    case 'signatures':
      compareSignature(sample);
      return 1;
    case 'serializers':
      return compareSerializer(sample, isLeftOut);
    case 'reprs':
      return compareReprs(sample, isLeftOut);
    default:
      return comparePushed(sample, isLeftOut) + compareCaptures(sample, isLeftOut) + compareCommands(sample, isLeftOut);
  }
}

/** Hand-made envelopes that were given to a Python worker. */
function comparePushed(sample: Sample, isLeftOut: LeftOutCheck): number {
  const pushed = sample.content['pushed'] as { utf8: string } | undefined;
  if (pushed === undefined) return 0;
  orRefused(sample.file, () => compareEnvelope(pushed.utf8, {}, isLeftOut));
  return 1;
}

function compareCaptures(sample: Sample, isLeftOut: LeftOutCheck): number {
  const captures = capturesOf(sample.content);
  for (const capture of captures) compareCapture(sample.file, capture, isLeftOut);
  return captures.length;
}

function compareCapture(file: string, capture: Capture, isLeftOut: LeftOutCheck): void {
  const isTask = capture.args?.['routing_key'] === 'celery';
  if (isTask) orRefused(file, () => compareFrame(capture, isLeftOut));
  else if (capture.properties !== undefined) compareFrame(capture, isLeftOut);
  else if (capture.envelope !== undefined) compareEnvelope(capture.raw!.utf8!, capture, isLeftOut);
  else if (capture.raw?.utf8 === undefined) expect(isLeftOut('body')).toBe(true);
  else if (isResult(capture.decoded)) compareResult(capture.raw.utf8, capture.decoded);
  else comparePlain(capture.raw.utf8, capture.decoded);
}

function isResult(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'status' in value;
}

function orRefused(file: string, compare: () => void): void {
  const code = refused.get(file);
  if (code === undefined) {
    compare();
    return;
  }
  expect(codeOf(compare)).toBe(code);
}

function codeOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (isCeleriacError(error)) return error.code;
    throw error;
  }
}

/** Envelopes and results inside captured Redis commands. */
function compareCommands(sample: Sample, isLeftOut: LeftOutCheck): number {
  let count = 0;
  for (const text of commandTexts(sample)) {
    count += 1;
    if (text.startsWith('{"body"')) compareEnvelope(text, {}, isLeftOut);
    else if (text.startsWith('[{"body"')) compareEnvelope(firstOf(text), {}, isLeftOut);
    else if (text.startsWith('{"status"')) compareResult(text, undefined);
    else count -= 1;
  }
  return count;
}

/** `[envelope, exchange, routing key]` → the envelope's text. */
function firstOf(text: string): string {
  return JSON.stringify((JSON.parse(text) as unknown[])[0]);
}
