import { describe, expect, test } from 'vitest';
import { ClockedSchedule, clocked } from './clocked-schedule.ts';
import { comingTimes, contextOf } from './context.fixture.ts';
import { CronSchedule } from './cron-schedule.ts';
import { CrontabSchedule, crontab } from './crontab-schedule.ts';
import { durationText, parseDuration } from './human-duration.ts';
import { every, IntervalSchedule } from './interval-schedule.ts';
import { isDue } from './is-due.ts';
import { readSchedule, scheduleFromJson } from './read-schedule.ts';
import { solar } from './solar-schedule.ts';

describe('lengths of time in words', () => {
  test.each([
    ['5 minutes', 300_000],
    ['every 5 minutes', 300_000],
    ['minute', 60_000],
    ['every day', 86_400_000],
    ['1h 30m', 5_400_000],
    ['1 hour and 30 minutes', 5_400_000],
    ['1 day, 2 hours', 93_600_000],
    ['1.5 hours', 5_400_000],
    ['90s', 90_000],
    ['2 Weeks', 1_209_600_000],
    ['250 ms', 250],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each([
    ['5 minuets', /minuets/, 'Did you mean minutes?'],
    ['-5 minutes', /no length of time/, undefined],
    ['soon', /no length of time/, undefined],
    ['5', /no length of time/, undefined],
    ['', /no length of time/, undefined],
    ['1 minute '.repeat(50), /no length of time/, undefined],
  ])('%s cannot be', (text, message, hint) => {
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({ code: 'CLR_SCHEDULE', message: expect.stringMatching(message), ...(hint && { hint }) }),
    );
  });

  test('and back', () => {
    expect(durationText(5_400_000)).toBe('1 hour 30 minutes');
    expect(durationText(604_800_000)).toBe('1 week');
    expect(durationText(691_200_000)).toBe('8 days');
    expect(durationText(1500)).toBe('1 second 500 milliseconds');
  });
});

describe('intervals', () => {
  test('count time that passes, across a change of clocks too', () => {
    expect(comingTimes(every('1 day'), '2026-03-28T12:00:00Z', 2, contextOf('Europe/Berlin'))).toEqual([
      '2026-03-29 14:00:00 +2',
      '2026-03-30 14:00:00 +2',
    ]);
  });

  test.each([
    ['1 day', '2026-03-28T12:34:56Z', '2026-03-29 00:00:00 +1'],
    ['6 hours', '2026-03-28T12:34:56Z', '2026-03-28 19:00:00 +1'],
    ['5 minutes', '2026-03-28T12:34:56Z', '2026-03-28 13:39:00 +1'],
    ['30 seconds', '2026-03-28T12:34:56.789Z', '2026-03-28 13:35:26 +1'],
  ])('relative: %s after %s', (interval, after, expected) => {
    expect(comingTimes(every(interval, { relative: true }), after, 1, contextOf('Europe/Berlin'))).toEqual([expected]);
  });

  test.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY, 0.0001, 1e15])('%d seconds cannot be', (seconds) => {
    expect(() => every(seconds)).toThrow(expect.objectContaining({ code: 'CLR_SCHEDULE', field: 'every' }));
  });
});

describe('what is due', () => {
  const minute = 60_000;
  test.each([
    [0, 30_000, { isDue: false, nextMs: 30_000 }],
    [0, minute, { isDue: true, nextMs: minute }],
    [0, 90_000, { isDue: true, nextMs: 30_000 }],
  ])('a minute: last run %d, now %d', (last, now, expected) => {
    expect(isDue(crontab(), last, now, contextOf())).toEqual(expected);
  });

  test('nothing follows a single moment', () => {
    expect(isDue(clocked(minute), 0, minute, contextOf())).toEqual({ isDue: true, nextMs: Number.POSITIVE_INFINITY });
    expect(isDue(clocked(minute), minute, minute, contextOf()).isDue).toBe(false);
  });
});

describe('the sun', () => {
  test('sets every day in Berlin, and rises again after the polar night of Tromsø', () => {
    const sunset = solar('sunset', 52.5, 13.4);
    const first = sunset.next(Date.UTC(2026, 5, 20, 12))!;
    expect(new Date(first).toISOString()).toMatch(/^2026-06-20T19:3\d/);
    expect(new Date(sunset.next(first)!).toISOString()).toMatch(/^2026-06-21T19:3\d/);
    const sunrise = solar('sunrise', 69.65, 18.96).next(Date.UTC(2026, 11, 1))!;
    expect(new Date(sunrise).toISOString()).toMatch(/^2027-01-1\d/);
  });

  test('never comes to within 18 degrees of nothing at the pole', () => {
    expect(solar('sunrise', 90, 0).next(Date.UTC(2026, 0, 1))).toBeUndefined();
  });

  test.each([
    ['sunrize', 0, 0, 'event'],
    ['sunrise', 91, 0, 'latitude'],
    ['sunrise', 0, -181, 'longitude'],
    ['sunrise', Number.NaN, 0, 'latitude'],
    ['__proto__', 0, 0, 'event'],
  ])('%s at %d, %d cannot be', (event, latitude, longitude, field) => {
    expect(() => solar(event as never, latitude, longitude)).toThrow(expect.objectContaining({ field }));
  });
});

describe('what counts as a schedule', () => {
  test.each([
    [30, IntervalSchedule],
    ['5 minutes', IntervalSchedule],
    ['30 2 * * 0', CrontabSchedule],
    ['0 0 1 1 1', CrontabSchedule],
    ['@daily', CronSchedule],
    ['2026-03-29T09:00:00+02:00', ClockedSchedule],
    [{ type: 'cron', expression: '0 0 * * 7' }, CronSchedule],
  ])('%j', (given, kind) => expect(readSchedule(given)).toBeInstanceOf(kind));

  test.each([
    every('90 s', { relative: true }),
    crontab({ minute: '*/5' }),
    new CronSchedule('0 0 9 * * 1-5'),
    solar('sunset', 1, 2),
    clocked('2026-03-29T09:00:00+02:00'),
  ])('%j is stored and read back', (schedule) => {
    const json = JSON.parse(JSON.stringify(schedule));
    expect(scheduleFromJson(json).toJSON?.()).toEqual(json);
  });

  test.each([null, undefined, true, {}, [], { type: 'lunar' }, () => 1])('%j cannot be', (given) => {
    expect(() => readSchedule(given)).toThrow(expect.objectContaining({ code: 'CLR_SCHEDULE' }));
  });

  test('a moment that is none', () => {
    expect(() => clocked('tomorrow')).toThrow(expect.objectContaining({ code: 'CLR_SCHEDULE', field: 'at' }));
    expect(() => clocked(new Date(Number.NaN))).toThrow(expect.objectContaining({ field: 'at' }));
  });
});
