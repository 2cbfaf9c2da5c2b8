import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../zone/civil-time.ts';
import { TimeZone } from '../zone/time-zone.ts';
import { comingTimes, contextOf } from './context.fixture.ts';
import { crontabFromString } from './crontab-schedule.ts';

describe('in spring, when 02:00 to 03:00 is left out', () => {
  test.each([
    ['Europe/Berlin', '2026-03-28T12:00:00Z', ['2026-03-29 03:00:00 +2', '2026-03-30 02:30:00 +2']],
    ['America/New_York', '2026-03-07T20:00:00Z', ['2026-03-08 03:00:00 -4', '2026-03-09 02:30:00 -4']],
  ])('02:30 in %s comes once, at the next valid minute', (zone, after, expected) => {
    expect(comingTimes(crontabFromString('30 2 * * *'), after, 2, contextOf(zone))).toEqual(expected);
  });

  test('or is skipped', () => {
    const context = contextOf('Europe/Berlin', { daylightGap: 'skip' });
    expect(comingTimes(crontabFromString('30 2 * * *'), '2026-03-28T12:00:00Z', 2, context)).toEqual([
      '2026-03-30 02:30:00 +2',
      '2026-03-31 02:30:00 +2',
    ]);
  });

  test('what is due every ten minutes is due once at 03:00', () => {
    const times = comingTimes(crontabFromString('*/10 * * * *'), '2026-03-29T00:45:00Z', 3, contextOf('Europe/Berlin'));
    expect(times).toEqual(['2026-03-29 01:50:00 +1', '2026-03-29 03:00:00 +2', '2026-03-29 03:10:00 +2']);
  });

  test('a day that is left out altogether', () => {
    const times = comingTimes(crontabFromString('0 12 * * *'), '2011-12-29T10:00:00Z', 3, contextOf('Pacific/Apia'));
    expect(times).toEqual(['2011-12-29 12:00:00 -10', '2011-12-31 00:00:00 +14', '2011-12-31 12:00:00 +14']);
  });
});

describe('in autumn, when 02:00 to 03:00 comes twice', () => {
  test.each([
    ['Europe/Berlin', '2026-10-24T12:00:00Z', ['2026-10-25 02:30:00 +2', '2026-10-26 02:30:00 +1']],
    ['America/New_York', '2026-10-31T12:00:00Z', ['2026-11-01 01:30:00 -4', '2026-11-02 01:30:00 -5']],
  ])('half past in %s comes once', (zone, after, expected) => {
    const hour = zone === 'Europe/Berlin' ? 2 : 1;
    expect(comingTimes(crontabFromString(`30 ${hour} * * *`), after, 2, contextOf(zone))).toEqual(expected);
  });

  test('or twice', () => {
    const context = contextOf('Europe/Berlin', { repeatedHour: 'twice' });
    expect(comingTimes(crontabFromString('30 2 * * *'), '2026-10-24T12:00:00Z', 3, context)).toEqual([
      '2026-10-25 02:30:00 +2',
      '2026-10-25 02:30:00 +1',
      '2026-10-26 02:30:00 +1',
    ]);
  });

  test.each([
    ['once', ['2026-10-25 02:30:00 +2', '2026-10-25 03:00:00 +1', '2026-10-25 03:30:00 +1']],
    ['twice', ['2026-10-25 02:30:00 +2', '2026-10-25 02:00:00 +1', '2026-10-25 02:30:00 +1', '2026-10-25 03:00:00 +1']],
  ] as const)('every half hour, %s', (repeatedHour, expected) => {
    const context = contextOf('Europe/Berlin', { repeatedHour });
    const times = comingTimes(crontabFromString('*/30 * * * *'), '2026-10-25T00:15:00Z', expected.length, context);
    expect(times).toEqual(expected);
  });
});

describe('in every zone, over two years', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  const from = Date.UTC(2025, 0, 1);
  const until = Date.UTC(2027, 0, 1);
  const changesOf = (zone: TimeZone): number[] => {
    const found: number[] = [];
    for (let at: number | undefined = from; ; ) {
      at = zone.nextChange(at, until);
      if (at === undefined) return found;
      found.push(at);
    }
  };

  test('every minute of the days around a change comes once, whatever the clocks do', () => {
    for (const name of zones) {
      const zone = TimeZone.of(name);
      for (const change of changesOf(zone)) {
        const jump = zone.offsetAt(change) - zone.offsetAt(change - 1);
        // Six minutes of the day, those around the change among them.
        const wall = zone.toWall(change - 1);
        for (const delta of [-2, -1, 0, 1, 30, 61]) {
          const minute = Math.floor(wall / MINUTE_MS) + delta;
          const [hour, min] = [Math.floor(minute / 60) % 24, minute % 60];
          const schedule = crontabFromString(`${min} ${hour} * * *`);
          const begin = change - 36 * HOUR_MS;
          const times: number[] = [];
          for (let at = schedule.next(begin, contextOf(name)); at! < change + 36 * HOUR_MS; ) {
            times.push(at!);
            at = schedule.next(at!, contextOf(name));
          }
          expect(times.length, `${name} ${hour}:${min} ${new Date(change).toISOString()}`).toBe(3);
          for (const [index, at] of times.slice(1).entries()) {
            const apart = at - times[index]!;
            expect(Math.abs(apart - DAY_MS), name).toBeLessThanOrEqual(Math.abs(jump));
          }
        }
      }
    }
  });

  test('the whole days of one entry per zone are those of the calendar', () => {
    for (const name of zones) {
      const schedule = crontabFromString('30 2 * * *');
      let at = schedule.next(from, contextOf(name))!;
      let count = 0;
      for (; at < until; count++) at = schedule.next(at, contextOf(name))!;
      expect(count, name).toBe(730);
    }
  });
});
