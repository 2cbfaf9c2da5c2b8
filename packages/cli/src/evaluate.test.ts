import { expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { shortTaskNames } from './shell-scope.ts';

const scope = new Map<string, unknown>([
  ['x', 20],
  ['later', Promise.resolve(2)],
]);

it.each([
  ['x + 1', 21],
  ['await later + x', 22],
  ['({ a: x })', { a: 20 }],
  ['const y = x * 2; return y', 40],
  ['// nothing', undefined],
])('%s', async (code, expected) => {
  expect(await evaluate(code, scope)).toEqual(expected);
});

it('throws what the code throws', async () => {
  await expect(evaluate('nope()', scope)).rejects.toThrow('nope is not defined');
  await expect(evaluate('const = 1', scope)).rejects.toThrow(SyntaxError);
});

it('gives tasks short names where these are clear', () => {
  const names = shortTaskNames(['a.add', 'b.mul', 'c.mul', 'd.app', 'e.not-a-name', 'plain'], new Set(['app']));
  expect([...names]).toEqual([
    ['add', 'a.add'],
    ['plain', 'plain'],
  ]);
});
