import { describe, expect, test } from 'vitest';
import { contextOf } from '../schedule/context.fixture.ts';
import { cron } from '../schedule/cron-schedule.ts';
import { crontabFromString } from '../schedule/crontab-schedule.ts';
import { every } from '../schedule/interval-schedule.ts';
import { calendarWords, explainSchedule } from './explain-schedule.ts';

const NOW = Date.UTC(2026, 2, 25);

describe('in words', () => {
  test.each([
    ['* * * * *', 'every minute'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['5 * * * *', 'at minute 5 of every hour'],
    ['30 2 * * 0', 'at 02:30, on Sunday'],
    ['0 9,17 * * mon-fri', 'at 09:00 and 17:00, on Monday to Friday'],
    ['*/10 8-18 * * *', 'every 10 minutes from 08:00 to 18:59'],
    ['0 0 1 */3 *', 'at 00:00, on the 1st of the month, in January, April, July and October'],
    ['0 12 13 * fri', 'at 12:00, on the 13th of the month if it is a Friday'],
    ['0 22-2/2 * * sat,sun', 'at 22:00, 00:00 and 02:00, on Sunday and Saturday'],
  ])('%s', (text, words) => expect(calendarWords(crontabFromString(text).fields.parts)).toBe(words));

  test.each([
    ['0 12 13 * fri', 'at 12:00, on the 13th of the month and on Friday'],
    ['*/10 * * * * *', 'every 10 seconds'],
    ['30 0 6 * * *', 'at second 30, at 06:00'],
  ])('cron %s', (text, words) => expect(calendarWords(cron(text).fields.parts)).toBe(words));
});

test('with the next times, and what the changes of the clocks do to them', () => {
  expect(explainSchedule(crontabFromString('30 2 * * 0'), contextOf('Europe/Berlin'), NOW, 2)).toEqual({
    words: 'at 02:30, on Sunday',
    zone: 'Europe/Berlin',
    next: [
      { local: '2026-03-29 03:00:00 +02:00', utc: '2026-03-29 01:00:00' },
      { local: '2026-04-05 02:30:00 +02:00', utc: '2026-04-05 00:30:00' },
    ],
    notes: [
      '2026-03-29 02:30 does not exist: it comes at 03:00.',
      '2026-10-25 02:30 comes twice: it runs once, in the first hour.',
      '2027-03-28 02:30 does not exist: it comes at 03:00.',
    ],
  });
  const other = contextOf('Europe/Berlin', { daylightGap: 'skip', repeatedHour: 'twice' });
  expect(explainSchedule(crontabFromString('30 2 * * 0'), other, NOW).notes.slice(0, 2)).toEqual([
    '2026-03-29 02:30 does not exist: it is left out.',
    '2026-10-25 02:30 comes twice: it runs both times.',
  ]);
  expect(explainSchedule(every('1 hour'), contextOf(), NOW, 1)).toMatchObject({
    words: 'every 1 hour',
    next: [{ utc: '2026-03-25 01:00:00' }],
  });
});
