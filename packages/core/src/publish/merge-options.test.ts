import { describe, expect, test } from 'vitest';
import type { ResolvedTaskOptions } from '../task/registered-task.ts';
import { callTimes, mergeOptions, priorityOf } from './merge-options.ts';
import { RouteTable } from './route-table.ts';

const call = (options = {}) => ({ name: 'a', args: [], kwargs: {}, options });
const NOW = Date.UTC(2026, 0, 1);

describe('mergeOptions', () => {
  const routes = new RouteTable({ a: { queue: 'routed', priority: 1, routingKey: 'key' } });

  test('the caller wins over the task, the task over the route', () => {
    const task = { queue: 'of-task', priority: 5 } as ResolvedTaskOptions;
    expect(mergeOptions(call({ priority: 9 }), task, routes)).toMatchObject({
      priority: 9,
      queue: 'of-task',
      routingKey: 'key',
    });
  });

  test('undefined means not given', () => {
    expect(mergeOptions(call({ queue: undefined }), undefined, routes).queue).toBe('routed');
  });
});

describe('callTimes', () => {
  test.each([
    ['nothing', {}, { eta: null, expires: null }],
    ['a countdown', { countdown: 1.5 }, { eta: NOW + 1500, expires: null }],
    ['a countdown of 0 is no eta', { countdown: 0 }, { eta: null, expires: null }],
    ['dates', { eta: new Date(NOW + 5), expires: new Date(NOW + 9) }, { eta: NOW + 5, expires: NOW + 9 }],
    ['seconds to expiry', { expires: 60 }, { eta: null, expires: NOW + 60_000 }],
    [
      'text goes out untouched',
      { eta: '2026-01-02T00:00:00', expires: '2026-01-03' },
      { eta: '2026-01-02T00:00:00', expires: '2026-01-03' },
    ],
  ])('%s', (_, options, expected) => {
    expect(callTimes(options, NOW)).toEqual(expected);
  });

  test.each([
    [{ countdown: 1, eta: 5 }],
    [{ countdown: Number.NaN }],
    [{ eta: new Date(Number.NaN) }],
    [{ expires: Number.POSITIVE_INFINITY }],
    [{ countdown: 1e12 }],
  ])('refuses %o', (options) => {
    const option = Object.keys(options).at(-1);
    expect(() => callTimes(options, NOW)).toThrow(expect.objectContaining({ code: 'CLR_INVALID_CALL', option }));
  });
});

test('priority: the caller, else the running task if inherited, else the setting', () => {
  const settings = { taskInheritParentPriority: true, taskDefaultPriority: 2 } as Parameters<typeof priorityOf>[1];
  expect(priorityOf({ priority: 0 }, settings, 7)).toBe(0);
  expect(priorityOf({}, settings, 7)).toBe(7);
  expect(priorityOf({}, settings, undefined)).toBe(2);
  expect(priorityOf({}, { ...settings, taskInheritParentPriority: false }, 7)).toBe(2);
});
