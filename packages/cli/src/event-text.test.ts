import type { ReceivedEvent } from '@celeriac/core/internal';
import { expect, test } from 'vitest';
import { EventText } from './event-text.ts';

function event(type: string, fields: object, hostname = 'w@h'): ReceivedEvent {
  const when = { clock: 5, timestamp: 1795239560.5, receivedAtMs: 1795239560600 };
  return { type, hostname, utcoffset: 0, pid: 7, ...when, fields: { ...fields } };
}

test('a dump has every field, and the name of a task whose beginning was seen', () => {
  const text = new EventText();
  const common = 'clock=5, local_received=1795239560.6, pid=7';
  const received = event('task-received', { uuid: 'a', name: 'tasks.add', args: '(1,)', kwargs: '{}', retries: 0 });
  const task = 'tasks.add(a) args=(1,) kwargs={}';
  expect(text.dump(received)).toBe(
    `w@h [2026-11-21 05:39:20.500] task received: ${task} ${common}, retries=0, utcoffset=0`,
  );
  expect(text.dump(event('task-succeeded', { uuid: 'a', result: '2' }))).toBe(
    `w@h [2026-11-21 05:39:20.500] task succeeded: ${task} ${common}, result=2, utcoffset=0`,
  );
  expect(text.dump(event('task-started', { uuid: 'b' }))).toContain('task started: b clock=5');
  expect(text.dump(event('worker-online', { freq: 2 }))).toBe(
    `w@h [2026-11-21 05:39:20.500] started: clock=5, freq=2, local_received=1795239560.6, pid=7, utcoffset=0`,
  );
});

test('a short line has what matters, and no line breaks of others', () => {
  const text = new EventText();
  expect(text.short(event('worker-heartbeat', { active: 1, processed: 2, loadavg: [0.1], freq: 2 }))).toBe(
    '05:39:20.500 w@h heartbeat active=1 processed=2 loadavg=[0.1]',
  );
  expect(text.short(event('task-received', { uuid: 'a', name: 'tasks.add', args: '(1,)', kwargs: '{}' }))).toBe(
    '05:39:20.500 w@h task received tasks.add(a) args=(1,) kwargs={}',
  );
  const odd = text.short(event('task-failed', { uuid: 'a', exception: "E('x\ny\u001b[31m')" }, 'w@h\n'));
  expect(odd).toMatch(/task failed tasks\.add\(a\)/);
  expect(odd).not.toMatch(/[\n\u001b]/);
});

test.each([
  [1e300, '1e+300', '1e+300'],
  [-1, '1969-12-31 23:59:59.000', '23:59:59.000'],
  [-1e300, '-1e+300', '-1e+300'],
  [Number.NaN, 'NaN', 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity', 'Infinity'],
  [8.64e12, '+275760-09-13 00:00:00.000', '00:00:00.000'],
  [8.64e12 + 1, '8640000000001', '8640000000001'],
])('an event of the time %s is shown all the same', (timestamp, long, short) => {
  const odd = { ...event('worker-heartbeat', { active: 1 }), timestamp };
  expect(new EventText().dump(odd)).toContain(`w@h [${long}] heartbeat: `);
  expect(new EventText().short(odd)).toBe(`${short} w@h heartbeat active=1`);
});
