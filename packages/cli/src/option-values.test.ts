import { isCeleriacError } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import {
  parseArgsOption,
  parseChoiceOption,
  parseIntegerOption,
  parseKwargsOption,
  parseListOption,
  parseNumberOption,
} from './option-values.ts';

function usageError(run: () => unknown): { option: string; message: string; hint: string | undefined } {
  try {
    run();
  } catch (error) {
    if (isCeleriacError(error, 'CLR_USAGE') && 'option' in error) {
      return { option: String(error.option), message: error.message, hint: error.hint };
    }
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('JSON options', () => {
  it('reads positional arguments', () => {
    expect(parseArgsOption('--args', '[1, "two", null]')).toEqual([1, 'two', null]);
  });

  it('keeps integers beyond 2^53 exact', () => {
    expect(parseArgsOption('--args', '[9007199254740993]')).toEqual([9007199254740993n]);
  });

  it('keeps __proto__ as plain data', () => {
    const kwargs = parseKwargsOption('--kwargs', '{"__proto__": {"polluted": true}}');
    expect(Object.keys(kwargs)).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    ['[1, x]', 4, 'x]'],
    ["['two']", 1, "'two']"],
    ['[1,]', 3, ']'],
    ['[1] 2', 4, '2'],
  ])('names the option and the position for %s', (text, position, rest) => {
    const error = usageError(() => parseArgsOption('--args', text));
    expect(error.option).toBe('--args');
    expect(error.message).toContain(`--args is not valid JSON at position ${position}, near ${rest}`);
  });

  it('says when the text ends too early', () => {
    expect(usageError(() => parseKwargsOption('--kwargs', '{"x": 1')).message).toContain('at position 7, its end');
  });

  it.each(['{}', '1', '"x"', 'null'])('refuses %s as positional arguments', (text) => {
    expect(usageError(() => parseArgsOption('--args', text)).message).toBe('--args must be a JSON list.');
  });

  it.each(['[]', '1', 'null'])('refuses %s as keyword arguments', (text) => {
    expect(usageError(() => parseKwargsOption('--kwargs', text)).message).toBe('--kwargs must be a JSON object.');
  });
});

describe('number options', () => {
  it.each(['', ' ', 'x', '-1', 'NaN', 'Infinity', '1s'])('refuses "%s" seconds', (text) => {
    expect(usageError(() => parseNumberOption('--countdown', text)).option).toBe('--countdown');
  });

  it('takes fractions of seconds', () => {
    expect(parseNumberOption('--countdown', '1.5')).toBe(1.5);
  });

  it.each(['0', '-1', '1e6', 'x', '1.5', '', '100000'])('refuses a concurrency of "%s"', (text) => {
    expect(usageError(() => parseIntegerOption('--concurrency', text, 1, 10_000)).message).toContain(
      'must be a whole number from 1 to 10000',
    );
  });
});

describe('choices', () => {
  const pools = ['prefork', 'async', 'solo'] as const;

  it('ignores case', () => {
    expect(parseChoiceOption('--pool', 'ASYNC', pools)).toBe('async');
  });

  it('suggests the closest', () => {
    expect(usageError(() => parseChoiceOption('--pool', 'prefrok', pools)).hint).toBe('Did you mean prefork?');
  });

  it('lists them when none is close', () => {
    const error = usageError(() => parseChoiceOption('--pool', 'nope\u001b[31m', pools));
    expect(error.message).toBe('--pool must be one of prefork, async, solo, got "nope\\x1b[31m".');
    expect(error.hint).toBeUndefined();
  });
});

describe('lists', () => {
  it.each([
    ['a,b', ['a', 'b']],
    [' a , ,b,', ['a', 'b']],
    ['', []],
  ])('splits "%s"', (text, expected) => {
    expect(parseListOption(text)).toEqual(expected);
  });
});
