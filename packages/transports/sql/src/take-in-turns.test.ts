import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeInTurns } from './take-in-turns.ts';

test.each<[string[], number, string]>([
  [['abc'], 2, 'ab'],
  [['abc', 'x'], 10, 'axbc'],
  [['aaaa', 'bb', 'c'], 5, 'abcab'],
  [['', 'x'], 3, 'x'],
  [[], 3, ''],
  [['ab', 'cd'], Number.POSITIVE_INFINITY, 'acbd'],
])('of %j at most %d are %s', (lines, max, expected) => {
  expect(
    takeInTurns(
      lines.map((line) => [...line]),
      max,
    ).join(''),
  ).toBe(expected);
});

test('takes as much as there is, each once, in the order of its line', () => {
  const anyLines = fc.array(fc.array(fc.nat(1000), { maxLength: 8 }), { maxLength: 5 });
  fc.assert(
    fc.property(anyLines, fc.nat(30), (numbers, max) => {
      const lines = numbers.map((line, index) => line.map((_, position) => ({ index, position })));
      const picked = takeInTurns(lines, max);
      expect(picked.length).toBe(Math.min(max, lines.flat().length));
      expect(new Set(picked).size).toBe(picked.length);
      for (const [index] of lines.entries()) {
        const own = picked.filter((item) => item.index === index).map((item) => item.position);
        expect(own).toEqual(own.map((_, position) => position));
      }
    }),
  );
});
