import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoNaive, isoTime, parseIsoTime } from './iso-time.ts';
import { InvalidMessageError } from './protocol-errors.ts';

const anyMs = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

describe('ISO times', () => {
  it('round-trips every millisecond of the years 1 to 9999, with and without offset', () => {
    fc.assert(
      fc.property(anyMs, (ms) => {
        expect(parseIsoTime(isoTime(ms))).toBe(ms);
        expect(parseIsoTime(isoNaive(ms))).toBe(ms);
        expect(isoTime(ms)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/);
      }),
    );
  });

  it('keeps microseconds', () => {
    expect(isoTime(parseIsoTime('2026-11-21T05:45:35.227003+00:00'))).toBe('2026-11-21T05:45:35.227003+00:00');
  });

  it.each<[string, number]>([
    ['1970-01-01T00:00:00.123Z', 0.123],
    ['1970-01-01T00:00:00.5Z', 0.005],
    ['1970-01-01T00:00:00.500000Z', 500],
    ['1970-01-01T00:00:01', 1000],
    ['1970-01-01 00:00', 0],
    ['1970-01-01T01:00:00+01:00', 0],
    ['1970-01-01T00:00:00-02:30', 9_000_000],
    ['1970-01-02', 86_400_000],
    ['1970', 0],
    ['0001-01-01T00:00:00', -62_135_596_800_000],
    ['9999-12-31T23:59:59', 253_402_300_799_000],
  ])('M16: reads %s as %d ms, fractions as microseconds', (text, ms) => {
    expect(parseIsoTime(text)).toBe(ms);
  });

  it.each([
    'not-a-date',
    '',
    '2024-13-45',
    '2024-02-30T00:00:00',
    '2023-02-29',
    '0000-01-01',
    '2024-01-01T24:00:00',
    '2024-01-01T00:60:00',
    '2024-01-01T00:00:00+99:99',
    '2024-01-01T00:00:00.1234567',
    '2024-01-01T00:00:00Z junk',
    '12',
  ])('M16: refuses "%s"', (text) => {
    expect(() => parseIsoTime(text)).toThrow(InvalidMessageError);
  });

  it('refuses to write times outside the years 1 to 9999', () => {
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, -8.64e15])
      expect(() => isoTime(ms)).toThrow(RangeError);
  });
});
