import type { Clock, LogLevel } from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConsoleLogger, type ConsoleLoggerOptions } from './console-logger.ts';
import { TaskLogger } from './task-logger.ts';

const clock: Clock = { now: () => 0, monotonic: () => 0, setTimer: () => ({ cancel: () => {} }) };

function logger(format: 'text' | 'json', lines: string[], level: LogLevel = 'debug', color = false): ConsoleLogger {
  return new ConsoleLogger({ level, format, color, clock, write: (line) => void lines.push(line) });
}

describe('text', () => {
  test('a line has time, level, message and fields', () => {
    const lines: string[] = [];
    logger('text', lines).info('Task done', { id: 'a b', seconds: 1.5, missing: undefined });
    expect(lines).toEqual(['[1970-01-01 00:00:00.000: INFO] Task done id=a b seconds=1.5']);
  });

  test('a line of a running task begins with its name and id', () => {
    const lines: string[] = [];
    new TaskLogger(logger('text', lines), 'shop.add', 'id-1').info('adding', { x: 1 });
    new TaskLogger(logger('json', lines), 'shop.add', 'id-1').info('adding', { x: 1 });
    expect(lines[0]).toBe('[1970-01-01 00:00:00.000: INFO] shop.add[id-1]: adding x=1');
    expect(JSON.parse(lines[1]!)).toMatchObject({ message: 'adding', x: 1, task_name: 'shop.add', task_id: 'id-1' });
  });

  test('the form of lines is up to the settings, and what it names cannot break out of its line', () => {
    const lines: string[] = [];
    const parts = {
      level: 'info',
      format: 'text',
      color: false,
      clock,
      write: (line: string) => void lines.push(line),
    };
    const own = new ConsoleLogger({
      ...parts,
      lineFormat: '%(levelname)s/%(processName)s/%(process)d %(message)s %(unknown)s',
      taskLineFormat: '%(task_name)s <%(task_id)s> %(message)s',
    } as ConsoleLoggerOptions);
    own.info('hello $& %(asctime)s');
    new TaskLogger(own, 'a\nb', 'i').info('hi');
    expect(lines).toEqual([
      expect.stringMatching(/^INFO\/\w+\/\d+ hello \$& %\(asctime\)s %\(unknown\)s$/),
      'a\\nb <i> hi',
    ]);
  });

  test('a traceback stands indented, and none of its lines can pass for a log line', () => {
    const lines: string[] = [];
    logger('text', lines).error('failed', {
      id: 'x',
      traceback: 'Error: a\n[2026-01-01 00:00:00.000: INFO] forged\r\n',
    });
    const [head, ...rest] = lines[0]!.split('\n');
    expect(head).toMatch(/failed id=x$/);
    expect(rest).toEqual(['    Error: a', expect.stringMatching(/^ {4}\[2026-01-01 00:00:00\.000: INFO\] forged/)]);
    expect(lines[0]).not.toContain('\r');
  });

  test('an error shows its stack on indented lines', () => {
    const lines: string[] = [];
    logger('text', lines).error('Failed', { error: new Error('evil\n[forged: ERROR] line') });
    expect(lines[0]).toMatch(/^\[1970.*: ERROR\] Failed\n {4}Error: evil\n {4}\[forged/);
  });

  test('levels have colours', () => {
    const lines: string[] = [];
    logger('text', lines, 'debug', true).error('x');
    expect(lines[0]).toMatch(/^\u001b\[31m.*\u001b\[0m$/);
  });
});

describe('levels', () => {
  test.each([
    ['debug', 4],
    ['info', 3],
    ['warning', 2],
    ['error', 1],
  ] as const)('%s lets %i of four lines through', (level, count) => {
    const lines: string[] = [];
    const one = logger('text', lines, level);
    one.debug('x');
    one.info('x');
    one.warning('x');
    one.error('x');
    expect(lines).toHaveLength(count);
    expect(one.isEnabled('warning')).toBe(count >= 2);
  });
});

describe('M33: one call is one line, whatever is in it', () => {
  const hostile = '\r\n[2026: ERROR] forged \u001b[2J\u202e\u2028\u0000';

  test('text is escaped and cut', () => {
    const lines: string[] = [];
    logger('text', lines).info(hostile, { [hostile]: hostile, long: 'x'.repeat(1_000_000) });
    expect(lines[0]).not.toMatch(/[\n\r\u001b\u202e\u2028\u0000]/);
    expect(lines[0]!.length).toBeLessThan(10_000);
  });

  test('any fields make valid JSON on one line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.dictionary(fc.string(), fc.anything({ withBigInt: true })),
        (message, fields) => {
          const lines: string[] = [];
          logger('json', lines).warning(message, fields);
          expect(lines[0]).not.toMatch(/[\n\r\u001b\u202e\u2028]/);
          expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'warning' });
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a traceback stays one field in JSON, line breaks and all', () => {
    const lines: string[] = [];
    const traceback = 'Error: a\n    at b (c.ts:1:1)\n';
    logger('json', lines).error('failed', { traceback });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'error', message: 'failed', traceback });
  });

  test('a field cannot take the place of the message', () => {
    const lines: string[] = [];
    logger('json', lines).info('real', { message: 'forged', error: new RangeError('no') });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      message: 'real',
      field_message: 'forged',
      error: { name: 'RangeError', message: 'no' },
    });
  });
});
