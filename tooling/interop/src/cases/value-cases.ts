import { expect } from 'vitest';
import type { InteropCase } from '../scene.ts';

/** Values that go to the other language and back. */
const VALUES: readonly (readonly [name: string, value: unknown])[] = [
  ['null, true and false', [null, true, false]],
  ['small integers', [0, 1, -1, 255, 65_536, -2_147_483_648]],
  ['integers beyond 32 bits', [2_147_483_648, 4_294_967_296, Number.MAX_SAFE_INTEGER]],
  ['integers beyond 2^53, exactly', [9_007_199_254_740_993n, -9_007_199_254_740_993n, 18_446_744_073_709_551_615n]],
  ['integers beyond 64 bits, exactly', [123_456_789_012_345_678_901_234_567_890n, -(2n ** 200n)]],
  ['floats', [0.1, -1.5, 1e300, 5e-324, 2.5e-7, 1.7976931348623157e308]],
  ['NaN and the infinities', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ['text', ['', 'plain', 'quotes " and \\ and / and \n\t\r\u0001', ' ']],
  ['unicode', ['Blåbærsyltetøy', '漢字', '👩‍👩‍👧', '\u2028\u2029', 'e\u0301', '\u0000']],
  ['lists', [[], [[]], [1, [2, [3, ['x']]]]]],
  ['objects', [{}, { a: { b: [{ c: null }] } }, { '': 0, 'with space': 1, ünï: 2 }]],
  ['keys that JavaScript knows', [{ constructor: 1, toString: 2, hasOwnProperty: 3 }]],
  ['text of 100,000 characters', ['ß'.repeat(100_000)]],
];

const valueCase = ([name, value]: readonly [string, unknown]): InteropCase => ({
  name: `${name} survive both ways, by position and by keyword`,
  run: async (scene) => {
    const sent = await scene.send('echo', [value], { kwargs: { b: value } });
    expect(await scene.value(sent)).toEqual({ args: [value], kwargs: { b: value } });
  },
});

/** What the worker takes a value for. */
const KINDS: readonly (readonly [value: unknown, kind: string])[] = [
  [null, 'NoneType'],
  [true, 'bool'],
  [1, 'int'],
  [9_007_199_254_740_993n, 'int'],
  [1.5, 'float'],
  ['1', 'str'],
  [[1], 'list'],
  [{ a: 1 }, 'dict'],
];

/** Arguments and values. */
export const valueCases: readonly InteropCase[] = [
  {
    name: 'arguments by position',
    run: async (scene) => {
      expect(await scene.call('add', [2, 3])).toEqual({ state: 'SUCCESS', value: 5 });
    },
  },
  {
    name: 'arguments by keyword, in any order',
    run: async (scene) => {
      expect(await scene.call('add', [], { kwargs: { y: 'b', x: 'a' } })).toEqual({ state: 'SUCCESS', value: 'ab' });
    },
  },
  {
    name: 'arguments by position and by keyword; those left out have their defaults',
    run: async (scene) => {
      expect(await scene.call('add_kw', [1], { kwargs: { z: 3 } })).toEqual({ state: 'SUCCESS', value: [1, 0, 3] });
    },
  },
  {
    name: 'values have the types they were sent with',
    run: async (scene) => {
      const ids = await Promise.all(KINDS.map(([value]) => scene.send('kind', [value])));
      const kinds: unknown[] = [];
      for (const id of ids) kinds.push(await scene.value(id));
      expect(kinds).toEqual(KINDS.map(([, kind]) => kind));
    },
  },
  ...VALUES.map(valueCase),
  {
    name: 'the request shows id, task, root, correlation id and arguments as Python writes them',
    run: async (scene) => {
      const id = await scene.send('request_info');
      expect(await scene.value(id)).toMatchObject({
        id,
        task: 'interop.request_info',
        retries: 0,
        root_id: id,
        parent_id: null,
        correlation_id: id,
        kwargsrepr: '{}',
      });
      const shown = await scene.send('shown_args', [1, 'it’s'], { kwargs: { c: [true, 1.5] } });
      // Celery 5.2 on the way from `delay` shows a list where later ones show a tuple.
      const [args, kwargs] = (await scene.value(shown)) as readonly [string, string];
      expect(args).toMatch(/^[[(]1, 'it’s'[\])]$/);
      expect(kwargs).toBe("{'c': [True, 1.5]}");
    },
  },
];
