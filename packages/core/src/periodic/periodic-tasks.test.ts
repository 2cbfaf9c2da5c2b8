import { expect, test } from 'vitest';
import { Celeriac } from '../app/celeriac.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';

function app(options = {}): Celeriac {
  return new Celeriac('periodic', { broker: 'memory://', configFile: false, environment: {}, ...options });
}

test('periodic tasks are added by signature, with the options of the signature', () => {
  const one = app();
  const add = one.task('add', (x: number, y: number) => x + y);
  expect(one.addPeriodicTask(30, add.s(1, 2), { name: 'half a minute', maxRuns: 3 })).toBe('half a minute');
  expect(one.addPeriodicTask('5 minutes', add.signature([1, 2], { queue: 'slow', expires: 10 }))).toBe('add');
  expect(
    one.addPeriodicTask('5 minutes', {
      task: 'other',
      args: [],
      kwargs: {},
      options: {},
      subtask_type: null,
      immutable: true,
    }),
  ).toBe('other');
  expect(one.addPeriodicTask(60, add.s(3, 4))).toBe('add (2)');
  const entries = runtimeOf(one).periodicTasks;
  expect([...entries.keys()]).toEqual(['half a minute', 'add', 'other', 'add (2)']);
  expect(entries.get('half a minute')).toMatchObject({ task: 'add', schedule: 30, args: [1, 2], maxRuns: 3 });
  expect(entries.get('add')?.options).toEqual({ queue: 'slow', expires: 10 });
});

test('a name is given once', () => {
  const one = app();
  const add = one.task('add', (x: number) => x);
  one.addPeriodicTask(1, add.s(1), { name: 'x' });
  expect(() => one.addPeriodicTask(2, add.s(1), { name: 'x' })).toThrow(
    expect.objectContaining({ code: 'CLR_CONFIGURATION' }),
  );
});

test('handlers of onAfterConfigure run once, when the tasks are loaded', async () => {
  const one = app({ taskDefaultQueue: 'q' });
  const add = one.task('add', (x: number) => x);
  const seen: string[] = [];
  one.onAfterConfigure(async (configured) => {
    seen.push(configured.settings.taskDefaultQueue);
    configured.addPeriodicTask(1, add.s(1));
  });
  expect(seen).toEqual([]);
  await one.loadTasks();
  await one.loadTasks();
  expect(seen).toEqual(['q']);
  expect(runtimeOf(one).periodicTasks.size).toBe(1);
});

test('the schedule may stand in the settings, by Celery’s names', () => {
  const one = app();
  one.configFromObject({
    timezone: 'Europe/Berlin',
    beat_schedule: { x: { task: 'add', schedule: 30, args: [1] } },
    beat_max_loop_interval: 5,
    beat_sync_every: 1,
    beat_cron_starting_deadline: 60,
    beat_schedule_filename: '/tmp/schedule',
  });
  expect(one.settings).toMatchObject({
    timezone: 'Europe/Berlin',
    beatMaxLoopInterval: 5,
    beatCronStartingDeadline: 60,
  });
  expect(one.settings.beatSchedule['x']?.task).toBe('add');
});

test.each([
  [{ timezone: 'Europe/Berln' }, /timezone.*IANA/],
  [{ beatSchedule: [] }, /beatSchedule.*object/],
  [{ beatMaxLoopInterval: -1 }, /beatMaxLoopInterval/],
])('%j cannot be', (options, message) => {
  expect(() => app(options).settings).toThrow(message);
});
