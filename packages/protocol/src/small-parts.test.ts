import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, exponentialBackoffSeconds } from './backoff.ts';
import { isCeleriacError } from './celeriac-error.ts';
import { closest } from './did-you-mean.ts';
import { escapeForLog } from './escape.ts';
import { LamportClock } from './lamport-clock.ts';
import { silentLogger } from './logger.ts';
import { isRecord, toRecord } from './plain-record.ts';
import { DecodeError } from './protocol-errors.ts';
import { uuid } from './uuid.ts';

describe('backoff', () => {
  it('grows by the factor up to the maximum, and jitter takes its share', () => {
    const options = { baseMs: 1000, factor: 2, maxMs: 32_000 };
    expect([0, 1, 2, 5, 6, 5000].map((retries) => backoffMs(retries, options))).toEqual([
      1000, 2000, 4000, 32_000, 32_000, 32_000,
    ]);
    expect(backoffMs(1, { ...options, jitter: 0.25 })).toBe(500);
    expect(backoffMs(-3, options)).toBe(1000);
  });

  it("is Celery's countdown in whole seconds", () => {
    expect([0, 1, 2, 10].map((retries) => exponentialBackoffSeconds(4, retries, 100))).toEqual([4, 8, 16, 100]);
    expect([0, 0.5, 0.999].map((random) => exponentialBackoffSeconds(4, 0, 100, random))).toEqual([0, 2, 4]);
    expect(exponentialBackoffSeconds(-1, 2, 100)).toBe(0);
  });
});

describe('did you mean', () => {
  it.each<[string, string | undefined]>([
    ['redsi', 'redis'],
    ['reids', 'redis'],
    ['RABBITMQ', undefined],
    ['amqps', 'amqp'],
    ['', undefined],
  ])('%s: %s', (name, expected) => {
    expect(closest(name, ['redis', 'amqp', 'memory'])).toBe(expected);
  });
});

describe('escaping for logs', () => {
  it('M33: shows control characters, escapes of terminals and bidirectional controls', () => {
    expect(escapeForLog('a\r\nb\tc')).toBe('a\\r\\nb\\tc');
    expect(escapeForLog('\u001b[2J\u0000\u007f\u009b')).toBe('\\x1b[2J\\x00\\x7f\\x9b');
    expect(escapeForLog('\u202eevil\u2028\u200b\ud800')).toBe('\\u202eevil\\u2028\\u200b\\ud800');
    expect(escapeForLog('plain é 😀')).toBe('plain é 😀');
  });

  it('M33: truncates', () => {
    expect(escapeForLog('x'.repeat(1e6)).length).toBe(1025);
    expect(escapeForLog('abcdef', 3)).toBe('abc…');
  });

  it('lets nothing through that ends a line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/.test(escapeForLog(text)),
      ),
    );
  });
});

describe('Lamport clock', () => {
  it('counts on from the higher of both and clamps garbage', () => {
    const clock = new LamportClock();
    expect(clock.forward()).toBe(1);
    expect(clock.adjust(10)).toBe(11);
    expect(clock.adjust(3)).toBe(12);
    for (const garbage of [-1, 1e308, 'x', Number.NaN, null, undefined, {}]) clock.adjust(garbage);
    expect(clock.value).toBe(19);
  });
});

describe('small things', () => {
  it('makes UUIDs of version 4', () => {
    expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('knows errors of Celeriac by brand and code', () => {
    const error = new DecodeError('json', 'x');
    expect([
      isCeleriacError(error),
      isCeleriacError(error, 'CLR_DECODE'),
      isCeleriacError(error, 'CLR_ENCODE'),
    ]).toEqual([true, true, false]);
    expect([isCeleriacError(new Error('x')), isCeleriacError(null), isCeleriacError({ code: 'CLR_DECODE' })]).toEqual([
      false,
      false,
      false,
    ]);
    expect(error.name).toBe('DecodeError');
  });

  it('copies records without a prototype', () => {
    const record = toRecord(JSON.parse('{"__proto__":1,"a":2}'));
    expect([Object.getPrototypeOf(record), Object.keys(record), record['toString']]).toEqual([
      null,
      ['__proto__', 'a'],
      undefined,
    ]);
    expect([{}, Object.create(null)].map(isRecord)).toEqual([true, true]);
    expect([[], null, new Date(), new Map(), 'x', new Uint8Array()].some(isRecord)).toBe(false);
  });

  it('has a logger that is off', () => {
    expect(silentLogger.isEnabled('error')).toBe(false);
    expect(silentLogger.error('x')).toBeUndefined();
  });
});
