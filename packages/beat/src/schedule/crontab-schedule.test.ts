import { describe, expect, test } from 'vitest';
import { comingTimes, contextOf } from './context.fixture.ts';
import { cron } from './cron-schedule.ts';
import { type CrontabFields, crontab, crontabFromString } from './crontab-schedule.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('fields of a crontab', () => {
  test.each<[CrontabFields, keyof ReturnType<typeof crontab>['fields']['parts'], readonly number[]]>([
    [{ minute: '*/15' }, 'minutes', [0, 15, 30, 45]],
    [{ minute: '1,13,30-45,50-59/2' }, 'minutes', [1, 13, ...range(30, 45), 50, 52, 54, 56, 58]],
    [{ minute: 7 }, 'minutes', [7]],
    [{ minute: [0, 30] }, 'minutes', [0, 30]],
    [{ minute: new Set([5]) }, 'minutes', [5]],
    [{ minute: ' 1, 2 ' }, 'minutes', [1, 2]],
    [{ hour: '22-2' }, 'hours', [22, 23, 0, 1, 2]],
    [{ hour: '22-2/2' }, 'hours', [22, 0, 2]],
    [{ hour: '0,8-17/2' }, 'hours', [0, 8, 10, 12, 14, 16]],
    [{ dayOfWeek: 'mon-fri' }, 'daysOfWeek', [1, 2, 3, 4, 5]],
    [{ dayOfWeek: 'thursday-MON' }, 'daysOfWeek', [4, 5, 6, 0, 1]],
    [{ dayOfWeek: '*/2' }, 'daysOfWeek', [0, 2, 4, 6]],
    [{ dayOfMonth: '*/3' }, 'daysOfMonth', [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31]],
    [{ monthOfYear: '2-12/2' }, 'months', [2, 4, 6, 8, 10, 12]],
    [{ monthOfYear: 'nov-feb' }, 'months', [11, 12, 1, 2]],
  ])('%j', (fields, name, expected) => {
    expect(crontab(fields).fields.parts[name]).toEqual(expected);
  });

  test('are written back as text', () => {
    const schedule = crontab({ minute: [0, 30], hour: '8-18', dayOfWeek: 'mon-fri' });
    expect(schedule.expression).toBe('0,30 8-18 * * mon-fri');
    expect(schedule.toJSON()).toMatchObject({ type: 'crontab', minute: '0,30', dayOfWeek: 'mon-fri' });
    expect(crontabFromString(schedule.expression).fields.parts).toEqual(schedule.fields.parts);
  });
});

describe('a crontab that cannot be names the field and its range', () => {
  test.each<[CrontabFields, string, RegExp]>([
    [{ minute: 61 }, 'minute', /has 61; it takes 0 to 59/],
    [{ minute: '61' }, 'minute', /has 61; it takes 0 to 59/],
    [{ minute: '*/0' }, 'minute', /above 0 after "\/"/],
    [{ minute: '*/' }, 'minute', /above 0 after "\/"/],
    [{ minute: '5/2' }, 'minute', /steps after a single number/],
    [{ minute: '1-5-7' }, 'minute', /three ends/],
    [{ minute: '' }, 'minute', /without a number/],
    [{ minute: '1,,2' }, 'minute', /without a number/],
    [{ minute: '-5' }, 'minute', /without a number/],
    [{ minute: 'mon' }, 'minute', /a number instead of "mon"/],
    [{ minute: '\u0663' }, 'minute', /a number instead of/],
    [{ minute: '1_0' }, 'minute', /instead of "1_0"/],
    [{ minute: 1.5 }, 'minute', /has 1.5/],
    [{ minute: [] }, 'minute', /is empty/],
    [{ minute: 'x'.repeat(100_000) }, 'minute', /longer than 500/],
    [{ hour: '24' }, 'hour', /it takes 0 to 23/],
    [{ dayOfMonth: 'L' }, 'dayOfMonth', /instead of "L"; it takes 1 to 31/],
    [{ dayOfMonth: 0 }, 'dayOfMonth', /it takes 1 to 31/],
    [{ monthOfYear: 'smarch' }, 'monthOfYear', /such as feb/],
    [{ dayOfWeek: 7 }, 'dayOfWeek', /has 7; it takes 0 to 6/],
    [{ dayOfWeek: 'someday' }, 'dayOfWeek', /such as mon/],
    [{ dayOfMonth: 31, monthOfYear: 2 }, 'dayOfMonth', /never comes/],
    [{ dayOfMonth: '30,31', monthOfYear: 'feb' }, 'dayOfMonth', /never comes/],
    [{ minutes: 5 } as never, 'minutes', /is no field of a crontab/],
    [{ minute: {} as never }, 'minute', /must be a number, text/],
  ])('%j', (fields, field, message) => {
    expect(() => crontab(fields)).toThrow(
      expect.objectContaining({ code: 'CLR_CRONTAB', field, message: expect.stringMatching(message) }),
    );
  });

  test.each(['* * * *', '* * * * * *', '0 0 31 2 *', '', '* '.repeat(50_000), '* * * * L', '0 0 1 1 1 1 1'])(
    'as text: %s',
    (text) => {
      expect(() => crontabFromString(text)).toThrow(expect.objectContaining({ code: 'CLR_CRONTAB' }));
    },
  );
});

describe('cron', () => {
  test.each([
    [
      '0 9 1 * mon',
      '2026-03-01T00:00:00Z',
      ['2026-03-01 09:00:00 +0', '2026-03-02 09:00:00 +0', '2026-03-09 09:00:00 +0'],
    ],
    ['0 9 */2 * mon', '2026-03-01T00:00:00Z', ['2026-03-09 09:00:00 +0', '2026-03-23 09:00:00 +0']],
    ['*/20 59 23 31 12 *', '2026-03-01T00:00:00Z', ['2026-12-31 23:59:00 +0', '2026-12-31 23:59:20 +0']],
    ['0 0 * * 7', '2026-03-01T00:00:00Z', ['2026-03-08 00:00:00 +0']],
    ['@hourly', '2026-03-01T00:00:00Z', ['2026-03-01 01:00:00 +0']],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', ['2028-02-29 00:00:00 +0', '2032-02-29 00:00:00 +0']],
  ])('%s', (expression, after, expected) => {
    expect(comingTimes(cron(expression), after, expected.length, contextOf())).toEqual(expected);
  });

  test.each([
    '* * * *',
    '* * * * * * *',
    '22-2 * * * *',
    '* 24 * * *',
    '0 0 31 2 *',
    '0 0 * * 8',
    '* * * * L',
    '@reboot',
  ])('%s cannot be', (expression) => {
    expect(() => cron(expression)).toThrow(expect.objectContaining({ code: 'CLR_CRONTAB' }));
  });

  test('both day fields of a crontab must match, unlike those of cron', () => {
    const times = (schedule: ReturnType<typeof cron> | ReturnType<typeof crontab>) =>
      comingTimes(schedule, '2026-03-01T12:00:00Z', 2, contextOf());
    expect(times(crontabFromString('0 9 13 * fri'))).toEqual(['2026-03-13 09:00:00 +0', '2026-11-13 09:00:00 +0']);
    expect(times(cron('0 9 13 * fri'))).toEqual(['2026-03-06 09:00:00 +0', '2026-03-13 09:00:00 +0']);
  });

  test('29 February on a Monday is found 40 years ahead', () => {
    const leap = crontab({ minute: 0, hour: 0, dayOfMonth: 29, monthOfYear: 2, dayOfWeek: 'mon' });
    expect(comingTimes(leap, '2072-03-01T00:00:00Z', 2, contextOf())).toEqual([
      '2112-02-29 00:00:00 +0',
      '2140-02-29 00:00:00 +0',
    ]);
  });
});
