import { describe, expect, test } from 'vitest';
import type { ApplyOptions } from '../task/apply-options.ts';
import { checkCall } from './check-call.ts';
import { memoryApp } from './memory-app.fixture.ts';

const invalid = (option: string) => expect.objectContaining({ code: 'CLR_INVALID_CALL', option });

describe('a call is refused before it is sent', () => {
  test.each([
    ['taskId', ''],
    ['taskId', 'x'.repeat(256)],
    ['taskId', 5],
    ['eta', 'nope'],
    ['eta', new Date(Number.NaN)],
    ['eta', Date.UTC(10_000, 0)],
    ['countdown', Number.NaN],
    ['countdown', '5'],
    ['countdown', 1e300],
    ['expires', 'later'],
    ['timeLimit', 0],
    ['timeLimit', Number.NaN],
    ['softTimeLimit', -1],
    ['priority', 1.5],
    ['priority', 256],
    ['priority', 'high'],
    ['groupId', 7],
    ['groupIndex', -1],
    ['retries', -1],
    ['retries', 0.5],
    ['kwargs', [1]],
    ['kwargs', null],
    ['headers', 'x'],
    ['link', 'tasks.add'],
    ['chain', [5]],
    ['deliveryMode', 3],
    ['exchangeType', 'fan'],
    ['ignoreResult', 'yes'],
  ])('%s: %o', (option, value) => {
    expect(() => checkCall('t', [], { [option]: value }, true)).toThrow(invalid(option));
  });

  test.each([[''], ['a\nb'], [undefined], ['x'.repeat(256)]])('the name %o', (name) => {
    expect(() => checkCall(name, [], {}, false)).toThrow(invalid('name'));
  });

  test('with arguments that are no list', () => {
    expect(() => checkCall('t', 'abc', {}, true)).toThrow(invalid('args'));
  });

  test('with an option that there is not, and says which was meant', () => {
    const run = () => checkCall('t', [], { countdwn: 5 }, true);
    expect(run).toThrow(expect.objectContaining({ ...invalid('countdwn').sample, hint: 'Did you mean countdown?' }));
  });

  test('and shows what was given, escaped', () => {
    expect(() => checkCall('t', [], { eta: 'a\nb' }, true)).toThrow(expect.objectContaining({ value: '"a\\nb"' }));
  });
});

test('what may be is left alone', () => {
  const options: ApplyOptions = {
    eta: '2030-01-01T00:00:00.5+02:00',
    expires: null,
    priority: 0,
    compression: null,
    exchange: '',
    queue: undefined,
    countdown: -5,
    link: { task: 'x', args: [], kwargs: {}, options: {}, subtask_type: null, immutable: false },
  };
  expect(() => checkCall('t', [], options, true)).not.toThrow();
});

test('limits are compared where one is of the call and the other of the task', async () => {
  await using app = memoryApp();
  const task = app.task('t', { softTimeLimit: 10 }, () => 1);
  await expect(task.applyAsync([], { timeLimit: 5 })).rejects.toThrow(invalid('softTimeLimit'));
  await expect(task.apply([], { timeLimit: 5, softTimeLimit: 6 })).rejects.toThrow(invalid('softTimeLimit'));
  await expect(app.sendTask('', [])).rejects.toThrow(invalid('name'));
  await expect(app.sendTask('t', 'no list' as never)).rejects.toThrow(invalid('args'));
  await expect(app.sendTask('t', [], { countdown: 1e12 })).rejects.toThrow(invalid('countdown'));
  expect(await app.purge()).toBe(0);
});

test('a retry that cannot be is a failure of the task', async () => {
  await using app = memoryApp();
  const bad = app.task('bad', { bind: true }, (context) => context.retry({ countdown: Number.POSITIVE_INFINITY }));
  const result = await bad.apply([]);
  expect(await result.info()).toMatchObject({ exc_type: 'InvalidCallError' });
});
