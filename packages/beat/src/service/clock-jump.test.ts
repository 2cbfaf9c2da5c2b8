import { type Clock, systemClock } from '@celeriac/protocol';
import { expect, test } from 'vitest';
import { cron } from '../schedule/cron-schedule.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { HOUR_MS } from '../zone/civil-time.ts';
import { beatApp, startBeat } from './beat-stage.fixture.ts';
import { ClockWatch } from './clock-watch.ts';

/** The machine's clock, which somebody can set. */
class SetClock implements Clock {
  offsetMs = 0;
  readonly monotonic = systemClock.monotonic;
  readonly setTimer = systemClock.setTimer;
  now(): number {
    return systemClock.now() + this.offsetMs;
  }
}

function stage(clock: SetClock) {
  return beatApp({
    clock,
    beatSchedule: {
      interval: { task: 'add', schedule: 0.3, args: [1, 2] },
      calendar: { task: 'add', schedule: cron('* * * * * *'), args: [1, 2] },
    },
  });
}

test('a clock that is set forward by an hour: what was missed runs once, and all goes on', async () => {
  const clock = new SetClock();
  const { app } = stage(clock);
  const { events } = await startBeat(app, { store: new MemoryStore(), maxInterval: 0.1 });
  await events.seen('sent', 4);
  const before = events.all.length;
  clock.offsetMs = HOUR_MS;
  await events.seen('clock-jump');
  expect(Math.round(events.of('clock-jump')[0]!.byMs / 60_000)).toBe(60);
  await events.seen('sent', 12);
  const later = events.all.slice(before).filter((event) => event.type === 'sent');
  for (const name of ['interval', 'calendar']) {
    const due = later.filter(({ entry }) => entry === name).map(({ dueMs }) => dueMs);
    expect(new Set(due).size).toBe(due.length);
    expect(due.length).toBeGreaterThanOrEqual(2);
    // One for all of the hour, at its end.
    expect(due.filter((at) => at < clock.now() - HOUR_MS / 2).length).toBeLessThanOrEqual(2);
    expect(due.length).toBeLessThan(50);
  }
});

test('a clock that is set back by an hour: intervals go on, times that have been do not come again', async () => {
  const clock = new SetClock();
  const { app, log } = stage(clock);
  const { events } = await startBeat(app, { store: new MemoryStore(), maxInterval: 0.1 });
  await events.seen('sent', 6);
  clock.offsetMs = -HOUR_MS;
  await events.seen('clock-jump');
  const at = events.all.findIndex((event) => event.type === 'clock-jump');
  await events.seen('sent', events.of('sent').length + 4);
  const later = events.all.slice(at).filter((event) => event.type === 'sent');
  expect(later.filter(({ entry }) => entry === 'interval').length).toBeGreaterThanOrEqual(4);
  expect(later.filter(({ entry }) => entry === 'calendar')).toEqual([]);
  expect(
    log.some(({ level, message }) => level === 'warning' && /the clock was set back by 3600 seconds/.test(message)),
  ).toBe(true);
  // When the clock comes there again, it goes on.
  clock.offsetMs = 0;
  const sent = events.of('sent').filter(({ entry }) => entry === 'calendar').length;
  await events.seen('clock-jump', 2);
  const deadline = performance.now() + 15_000;
  while (events.of('sent').filter(({ entry }) => entry === 'calendar').length === sent) {
    if (performance.now() > deadline) throw new Error('the calendar entry is lost');
    await new Promise((done) => setTimeout(done, 20));
  }
});

test('a clock that is put right by a second has not jumped', () => {
  const watch = new ClockWatch(1000, 0);
  expect(watch.look(12_000, 10_000)).toBe(0);
  expect(watch.look(3_613_000, 11_000)).toBe(3_600_000);
  expect(watch.look(14_000, 12_000)).toBe(-3_600_000);
  expect(watch.look(15_000, 13_000)).toBe(0);
});
