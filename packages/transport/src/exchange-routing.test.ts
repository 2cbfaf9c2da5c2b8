import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRoutes } from './exchange-routing.ts';
import type { Binding } from './topology.ts';

function bind(queue: string, routingKey = '', bindingArguments?: Binding['arguments']): Binding {
  return { exchange: 'x', queue, routingKey, ...(bindingArguments && { arguments: bindingArguments }) };
}

describe('routes', () => {
  test('direct: the exact key, every queue once', () => {
    const routes = compileRoutes({
      type: 'direct',
      bindings: [bind('a', 'k'), bind('b', 'k'), bind('a', 'k'), bind('c', '__proto__')],
    });
    expect(routes.queuesFor('k', {})).toEqual(['a', 'b']);
    expect(routes.queuesFor('K', {})).toEqual([]);
    expect(routes.queuesFor('__proto__', {})).toEqual(['c']);
    expect(routes.queuesFor('constructor', {})).toEqual([]);
  });

  test('fanout: every queue once, whatever the key', () => {
    const routes = compileRoutes({ type: 'fanout', bindings: [bind('a', '1'), bind('b'), bind('a', '2')] });
    expect(routes.queuesFor('any', {})).toEqual(['a', 'b']);
  });

  test('topic: every queue once, and the same answer when asked again', () => {
    const routes = compileRoutes({ type: 'topic', bindings: [bind('a', '#'), bind('a', 'x.*'), bind('b', 'x.y')] });
    for (let round = 0; round < 2; round++) {
      expect(routes.queuesFor('x.y', {})).toEqual(['a', 'b']);
      expect(routes.queuesFor('z', {})).toEqual(['a']);
    }
  });

  test('topic: what is remembered never changes an answer', () => {
    const routes = compileRoutes({ type: 'topic', bindings: [bind('even', '*.even'), bind('all', '#')] });
    for (let key = 0; key < 2500; key++) {
      const expected = key % 2 === 0 ? ['even', 'all'] : ['all'];
      expect(routes.queuesFor(`${key}.${key % 2 === 0 ? 'even' : 'odd'}`, {})).toEqual(expected);
    }
  });

  test.each<[string, Binding['arguments'], { [name: string]: unknown }, boolean]>([
    ['all of the arguments', { 'x-match': 'all', a: 1, b: 'x' }, { a: 1, b: 'x', c: 3 }, true],
    ['one missing of all', { 'x-match': 'all', a: 1, b: 'x' }, { a: 1 }, false],
    ['all is the default', { a: 1, b: 2 }, { a: 1 }, false],
    ['one of any', { 'x-match': 'any', a: 1, b: 'x' }, { b: 'x' }, true],
    ['none of any', { 'x-match': 'any', a: 1 }, { a: 2 }, false],
    ['no conditions, all', {}, { a: 1 }, true],
    ['no arguments', undefined, {}, true],
    ['no conditions, any', { 'x-match': 'any' }, { a: 1 }, false],
    ['x- names do not count', { 'x-kind': 'k' }, {}, true],
    ['x- names count with all-with-x', { 'x-match': 'all-with-x', 'x-kind': 'k' }, {}, false],
    ['x- names count with any-with-x', { 'x-match': 'any-with-x', 'x-kind': 'k' }, { 'x-kind': 'k' }, true],
    ['null asks for presence', { a: null }, { a: 'anything' }, true],
    ['null asks for presence only', { a: null }, {}, false],
    ['types are not mixed', { a: 1 }, { a: '1' }, false],
    ['integers of either kind are equal', { a: 1 }, { a: 1n }, true],
    ['a fraction is no bigint', { a: 1n }, { a: 1.5 }, false],
    ['nested values', { a: { b: [1, 'x'] } }, { a: { b: [1, 'x'] } }, true],
    ['nested values that differ', { a: { b: [1, 'x'] } }, { a: { b: [1] } }, false],
    ['inherited names are no headers', { toString: null }, {}, false],
  ])('headers: %s', (_name, bindingArguments, headers, expected) => {
    const routes = compileRoutes({ type: 'headers', bindings: [bind('q', '', bindingArguments)] });
    expect(routes.queuesFor('', headers)).toEqual(expected ? ['q'] : []);
  });

  test('no exchange gives a queue two copies', () => {
    const binding = fc.record({
      queue: fc.constantFrom('a', 'b', 'c'),
      routingKey: fc.constantFrom('#', '*', 'k', 'k.#'),
    });
    const type = fc.constantFrom('direct' as const, 'topic' as const, 'fanout' as const, 'headers' as const);
    fc.assert(
      fc.property(type, fc.array(binding), (exchangeType, bindings) => {
        const routes = compileRoutes({
          type: exchangeType,
          bindings: bindings.map((it) => bind(it.queue, it.routingKey)),
        });
        const queues = routes.queuesFor('k', {});
        expect(new Set(queues).size).toBe(queues.length);
      }),
    );
  });
});
