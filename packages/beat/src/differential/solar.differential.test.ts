import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { useCelery } from '@celeriac/tooling/services';
import { expect, test } from 'vitest';
import { type SolarEvent, solar } from '../schedule/solar-schedule.ts';
import { DAY_MS } from '../zone/civil-time.ts';
import { askCelery } from './ask-celery.fixture.ts';
import { random } from './crontab-questions.fixture.ts';

const file = new URL('solar-answers.json', import.meta.url);
const celery = await useCelery();
const python = celery.skipped === undefined ? celery.python : undefined;
const hasEphem = python !== undefined && spawnSync(python, ['-I', '-c', 'import ephem']).status === 0;

if (!hasEphem) console.warn("Celery is not asked about the sun: Python's ephem is not installed (python3-ephem).");

/** Event, latitude, longitude, start and Celery's answer in Unix seconds. */
type Row = readonly [SolarEvent, latitude: number, longitude: number, startSeconds: number, answerSeconds: number];

test("solar events are within 60 seconds of Celery's", () => {
  const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[];
  expect(rows.length).toBeGreaterThanOrEqual(400);
  const far = rows.filter(([event, latitude, longitude, start, answer]) => {
    const ours = solar(event, latitude, longitude).next(start * 1000)! / 1000;
    return !(Math.abs(ours - answer) <= 60);
  });
  expect(far).toEqual([]);
});

test.skipIf(!hasEphem)("the file holds Celery's answers (UPDATE_PAGES=1 writes it)", async () => {
  const asked = questions(450);
  const answers = await askCelery<number>(
    python!,
    asked.map((question) => ['solar', ...question]),
  );
  const rows = asked.map((question, index): Row => [...question, Math.round(answers[index]! * 10) / 10]);
  const text = `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
  if (process.env['UPDATE_PAGES'] === '1') writeFileSync(file, text);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[];
  for (const [index, row] of rows.entries()) {
    expect(row.slice(0, 4)).toEqual(stored[index]!.slice(0, 4));
    // Versions of the library differ by fractions of a second.
    expect(Math.abs(row[4] - stored[index]![4])).toBeLessThan(2);
  }
});

function questions(count: number): readonly (readonly [SolarEvent, number, number, number])[] {
  const next = random(7);
  // Further north, every kind of twilight is missing for part of the year.
  const places = [
    [0, 0],
    [35.7, 139.7],
    [-33.9, 151.2],
    [40.7, -74],
    [-36.8, 174.8],
    [21.3, -157.9],
    [-48, -70],
    [47.9, 8],
  ] as const;
  const events: readonly SolarEvent[] = [
    'dawn_astronomical',
    'dawn_nautical',
    'dawn_civil',
    'sunrise',
    'solar_noon',
    'sunset',
    'dusk_civil',
    'dusk_nautical',
    'dusk_astronomical',
  ];
  return Array.from({ length: count }, (_item, index) => {
    const [latitude, longitude] = places[index % places.length]!;
    const start = Date.UTC(2015, 0, 1) + next() * 15 * 365 * DAY_MS;
    return [events[index % events.length]!, latitude, longitude, Math.floor(start / 1000)] as const;
  });
}
