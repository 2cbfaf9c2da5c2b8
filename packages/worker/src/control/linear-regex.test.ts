import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesGlob } from './glob-pattern.ts';
import { isAddressed } from './is-addressed.ts';
import { LinearRegex } from './linear-regex.ts';

const NAMES = ['celery@host', 'w1@host1', 'w12@host.example.org', '', 'a', 'aaab', 'a\nb', 'é@x', 'x-y_z.1', 'ab]c'];

const EXPRESSIONS = [
  'celery@.*',
  'w\\d+@host\\d',
  '^w[0-9]{1,2}@',
  '(a|b)*b$',
  'w1@host1$',
  '(?:celery|w1)@',
  '[^@]+@host',
  'a{2,}b',
  'a{3}',
  'a?a?a?aaa',
  '\\w+[-.]\\w',
  '(?P<name>w)(\\d)',
  '[]a]b',
  '.+\\.org\\Z',
  '[\\w@]+$',
  'a.b',
  '',
  'x|',
  '()',
  '(a*)*b',
  '[a-c]+]',
];

/** The same expression for JavaScript's own engine, from the start of the text. */
function own(source: string): RegExp {
  const translated = source.replaceAll('(?P<', '(?<').replaceAll('\\Z', '$').replace(/^\[\]/, '[\\]');
  return new RegExp(`^(?:${translated})`);
}

describe('regular expressions', () => {
  for (const source of EXPRESSIONS) {
    test(`${source || '(empty)'} matches what JavaScript's own engine matches`, () => {
      const regex = new LinearRegex(source);
      for (const name of NAMES.filter((each) => !(each.includes('é') && source.includes('\\w')))) {
        expect([name, regex.matchesStart(name)]).toEqual([name, own(source).test(name)]);
      }
    });
  }

  test('random expressions match what the own engine matches', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '((ab)*)', '\\d', '(a|)');
    const suffix = fc.constantFrom('', '', '*', '+', '?', '{2}', '{0,2}', '{1,}');
    const expression = fc
      .array(fc.tuple(atom, suffix), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.map(([part, more]) => part + more).join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 8 });
    fc.assert(
      fc.property(expression, text, (source, value) => {
        expect(new LinearRegex(source).matchesStart(value)).toBe(own(source).test(value));
      }),
      { numRuns: 2000 },
    );
  });

  test('an expression that would keep a backtracking engine busy for years is answered at once', () => {
    const startedMs = performance.now();
    for (const source of ['(a+)+$', '(a|aa)+$', '(.*a){20}$', '([a-zA-Z]+)*$']) {
      expect(new LinearRegex(source).matchesStart(`${'a'.repeat(254)}!`)).toBe(false);
    }
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test.each([
    '(',
    ')',
    '[a',
    'a\\',
    '*',
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?i)a',
    '(a)\\1',
    '\\b',
    'a{3,2}',
    'a{1001}',
    '((a{50}){50}){50}',
    '((((){1000}){1000}){1000}){1000}',
    '[b-a]',
    '('.repeat(60) + ')'.repeat(60),
  ])('refuses %s', (source) => {
    expect(() => new LinearRegex(source)).toThrow(RangeError);
  });
});

describe('shell patterns', () => {
  test.each([
    ['w*@host1', 'w1@host1', true],
    ['w*@host1', 'w1@host2', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[ab]1', 'b1', true],
    ['[!ab]1', 'b1', false],
    ['[!ab]1', 'c1', true],
    ['[a-c]1', 'b1', true],
    ['[]]x', ']x', true],
    ['[a', '[a', true],
    ['[a-]', '-', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['a.c', 'abc', false],
  ])('%s for %s: %s', (pattern, name, expected) => {
    expect(matchesGlob(name, pattern)).toBe(expected);
  });

  test('many stars cost no more than their number', () => {
    const startedMs = performance.now();
    expect(matchesGlob('a'.repeat(255), `${'*a'.repeat(120)}b`)).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});

describe('whom a command is for', () => {
  const to = (request: Partial<Parameters<typeof isAddressed>[0]>): boolean =>
    isAddressed({ destination: null, pattern: null, matcher: null, ...request }, 'w1@host1');

  test.each([
    [{}, true],
    [{ destination: [] }, true],
    [{ destination: ['w1@host1', 'other'] }, true],
    [{ destination: ['other'] }, false],
    [{ destination: ['other'], pattern: '*', matcher: 'glob' }, false],
    [{ pattern: 'w*', matcher: 'glob' }, true],
    [{ pattern: 'x*', matcher: 'glob' }, false],
    [{ pattern: 'w\\d', matcher: 'pcre' }, true],
    [{ pattern: 'x', matcher: null }, true],
    [{ pattern: null, matcher: 'pcre' }, true],
  ])('%o: %s', (request, expected) => {
    expect(to(request)).toBe(expected);
  });

  test('an unknown matcher or a bad expression is an error that names the field', () => {
    expect(() => to({ pattern: 'x', matcher: '__proto__' })).toThrow(
      expect.objectContaining({ code: 'CLR_INVALID_MESSAGE' }),
    );
    expect(() => to({ pattern: '(', matcher: 'pcre' })).toThrow(/pattern/);
  });

  test.each(['glob', 'pcre'])('a %s pattern that no name needs is refused before it is looked at', (matcher) => {
    const pattern = '['.repeat(2_000_000);
    expect(() => to({ pattern, matcher })).toThrow(/longer than 1000 characters/);
  });
});
