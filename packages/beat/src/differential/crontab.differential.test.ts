import { useCelery } from '@celeriac/tooling/services';
import { describe, expect, test } from 'vitest';
import { crontab } from '../schedule/crontab-schedule.ts';
import { isDue, remainingEstimate } from '../schedule/is-due.ts';
import { DAY_MS } from '../zone/civil-time.ts';
import { TimeZone } from '../zone/time-zone.ts';
import { askCelery } from './ask-celery.fixture.ts';
import { type CrontabQuestion, crontabQuestions } from './crontab-questions.fixture.ts';

const COUNT = 20_000;
const celery = await useCelery();

type Answer = readonly [remainingSeconds: number, isDue: boolean, nextSeconds: number] | null;

/** The only ways in which answers may differ, each with its reason. */
const CLASSES: { readonly [name: string]: (question: CrontabQuestion, theirs: Answer) => boolean } = {
  // Celery subtracts times on the wall: it is wrong by the hour that the clocks jump between now and the run that it
  // talks about. Celery 5.3 and later subtract moments, as Celeriac does.
  'times on the wall': (question, theirs) => same(theirs, wallAnswer(question)),
  // When the last run was on another day than today, Celery drops what was left of the last run's hour.
  'last run on another day': ({ zone, lastMs, nowMs }) => dayOf(zone, lastMs) !== dayOf(zone, nowMs),
  // With days of the month or months, Celery compares midnight in Greenwich with the last run, and takes the next day for
  // one that has been when it has begun there. Corrected in Celery 5.3.
  'evening west of Greenwich': ({ zone, dayOfMonth, monthOfYear, lastMs, nowMs }) =>
    (dayOfMonth !== '*' || monthOfYear !== '*') &&
    [lastMs, nowMs].some((at) => dayOf(zone, at) < Math.floor(at / DAY_MS)),
};

describe.skipIf(celery.skipped !== undefined)('crontab against Celery', () => {
  test(`${COUNT} questions have the same answers, save for named classes`, { timeout: 180_000 }, async () => {
    const questions = crontabQuestions(COUNT, 20_260_329);
    const answers = await askCelery<Answer>(
      celery.skipped === undefined ? celery.python : '',
      questions.map(forCelery),
    );
    expect(answers.length).toBe(COUNT);
    const counts = new Map<string, number>();
    const unexplained: unknown[] = [];
    for (const [index, question] of questions.entries()) {
      const theirs = answers[index]!;
      const ours = ourAnswer(question);
      if (same(theirs, ours)) continue;
      const name = Object.keys(CLASSES).find((one) => CLASSES[one]!(question, theirs));
      if (name === undefined) unexplained.push({ question, theirs, ours });
      else counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(unexplained.slice(0, 5)).toEqual([]);
    const differing = [...counts.values()].reduce((sum, count) => sum + count, 0);
    console.info(`${COUNT - differing} of ${COUNT} agree; the others:`, Object.fromEntries(counts));
    expect(differing).toBeLessThan(COUNT / 3);
  });
});

function contextOf(zone: string) {
  return { zone: TimeZone.of(zone), daylightGap: 'next-valid', repeatedHour: 'once' } as const;
}

function scheduleOf({ minute, hour, dayOfWeek, dayOfMonth, monthOfYear }: CrontabQuestion) {
  try {
    return crontab({ minute, hour, dayOfWeek, dayOfMonth, monthOfYear });
  } catch {
    return undefined;
  }
}

function ourAnswer(question: CrontabQuestion): Answer {
  const schedule = scheduleOf(question);
  if (schedule === undefined) return null;
  const context = contextOf(question.zone);
  const { lastMs, nowMs } = question;
  const state = isDue(schedule, lastMs, nowMs, context);
  return [remainingEstimate(schedule, lastMs, nowMs, context)! / 1000, state.isDue, state.nextMs / 1000];
}

function same(theirs: Answer, ours: Answer): boolean {
  return JSON.stringify(theirs) === JSON.stringify(ours);
}

/** The answer of somebody who reckons with times on the wall alone. */
function wallAnswer(question: CrontabQuestion): Answer {
  const schedule = scheduleOf(question);
  if (schedule === undefined) return null;
  const zone = TimeZone.of(question.zone);
  const now = zone.toWall(question.nowMs);
  const until = (wall: number): number => (schedule.fields.nextMatch(wall)! - now) / 1000;
  const remaining = until(zone.toWall(question.lastMs));
  return [remaining, remaining <= 0, remaining <= 0 ? until(now) : remaining];
}

function dayOf(zone: string, at: number): number {
  return Math.floor(TimeZone.of(zone).toWall(at) / DAY_MS);
}

function forCelery({
  zone,
  minute,
  hour,
  dayOfWeek,
  dayOfMonth,
  monthOfYear,
  lastMs,
  nowMs,
}: CrontabQuestion): unknown {
  return [zone, [minute, hour, dayOfWeek, dayOfMonth, monthOfYear], lastMs / 1000, nowMs / 1000];
}
