import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TopicPattern, topicWords } from './topic-pattern.ts';

function matches(pattern: string, key: string): boolean {
  return new TopicPattern(pattern).matches(topicWords(key));
}

/** The definition, word by word: slow and plainly right. */
function reference(pattern: readonly string[], key: readonly string[]): boolean {
  const [word, ...rest] = pattern;
  if (word === undefined) return key.length === 0;
  if (word === '#') return reference(rest, key) || (key.length > 0 && reference(pattern, key.slice(1)));
  return key.length > 0 && (word === '*' || word === key[0]) && reference(rest, key.slice(1));
}

describe('topic patterns', () => {
  test.each([
    ['a.b', 'a.b', true],
    ['a.b', 'a.c', false],
    ['a.b', 'a', false],
    ['a.b', 'aXb', false],
    ['*', 'a', true],
    ['*', '', false],
    ['*', 'a.b', false],
    ['#', '', true],
    ['#', 'a.b.c', true],
    ['', '', true],
    ['', 'a', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a', false],
    ['a.*', 'a.', true],
    ['a.#', 'a', true],
    ['a.#', 'ab', false],
    ['#.z', 'a.b.z', true],
    ['#.z', 'z', true],
    ['a.#.z', 'a.z', true],
    ['a.#.b.#.z', 'a.x.b.b.y.z', true],
    ['a.#.b.#.z', 'a.x.c.z', false],
    ['#.#', '', true],
    ['*.#', '', false],
    ['*.*.rabbit', 'quick.orange.rabbit', true],
    ['a..b', 'a..b', true],
    ['a*', 'a*', true],
    ['a*', 'ab', false],
    ['x[yz]+', 'xy', false],
  ])('%j matches %j: %s', (pattern, key, expected) => {
    expect(matches(pattern, key)).toBe(expected);
  });

  test('agrees with the definition', () => {
    const word = fc.constantFrom('a', 'b', '');
    const pattern = fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { maxLength: 7 });
    const key = fc.array(word, { maxLength: 7 });
    fc.assert(
      fc.property(pattern, key, (patternWords, keyWords) => {
        const [patternText, keyText] = [patternWords.join('.'), keyWords.join('.')];
        expect(matches(patternText, keyText)).toBe(reference(topicWords(patternText), topicWords(keyText)));
      }),
      { numRuns: 3000 },
    );
  });

  test('a pattern of many wildcards takes no exponential time', () => {
    const pattern = new TopicPattern(`${'#.a.'.repeat(60)}end`);
    const key = topicWords('a.'.repeat(2000));
    const start = performance.now();
    expect(pattern.matches(key)).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
