import { describe, expect, test } from 'vitest';
import type { TaskRoutes } from '../settings/task-routes.ts';
import { globExpression, RouteTable } from './route-table.ts';

const route = (routes: TaskRoutes | undefined, name: string) => new RouteTable(routes).route(name, [], {}, {});

describe('RouteTable', () => {
  test.each<[string, TaskRoutes | undefined, string, unknown]>([
    ['no routes', undefined, 'a', undefined],
    ['a name to a queue', { a: 'slow' }, 'a', { queue: 'slow' }],
    ['a name to options', { a: { queue: 'slow', priority: 3 } }, 'a', { queue: 'slow', priority: 3 }],
    ['a glob', { 'feed.*': 'feed' }, 'feed.items.import', { queue: 'feed' }],
    ['an exact name wins over an earlier glob', { '*': 'all', 'feed.one': 'one' }, 'feed.one', { queue: 'one' }],
    ['no match', { 'feed.*': 'feed' }, 'mail.send', undefined],
    ['a regular expression', [[/^mail\.(send|read)$/, 'mail']], 'mail.read', { queue: 'mail' }],
    ['a function', (name) => (name === 'a' ? 'fn' : null), 'a', { queue: 'fn' }],
    ['the first answer of a list', [() => null, { a: 'second' }, { a: 'third' }], 'a', { queue: 'second' }],
    ['names of Object.prototype are no routes', { a: 'x' }, 'constructor', undefined],
  ])('%s', (_, routes, name, expected) => {
    expect(route(routes, name)).toEqual(expected);
  });

  test('a global expression answers every time', () => {
    const table = new RouteTable([[/a/g, 'q']]);
    expect([table.route('a', [], {}, {}), table.route('a', [], {}, {})]).toEqual([{ queue: 'q' }, { queue: 'q' }]);
  });
});

test('a glob is literal but for its stars and question marks', () => {
  expect(globExpression('a.b*').test('axb')).toBe(false);
  expect(globExpression('a?c').test('abc')).toBe(true);
  expect(globExpression('(a|b)').test('a')).toBe(false);
});
