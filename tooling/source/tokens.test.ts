import { describe, expect, it } from 'vitest';
import { tokenize } from './tokens.ts';

const texts = (source: string): string[] => tokenize(source).tokens.map((token) => `${token.kind}:${token.text}`);

describe('tokenize', () => {
  it.each<[string, string, string[]]>([
    ['a string with an escaped quote', String.raw`'it\'s'`, [String.raw`string:it\'s`]],
    ['a comment inside a string', `'// no'`, ['string:// no']],
    ['an import inside a template', '`import "x"`', ['template:']],
    [
      'a regular expression with quotes',
      String.raw`= /['"\/]/g;`,
      ['punctuation:=', String.raw`regex:/['"\/]/g`, 'punctuation:;'],
    ],
    ['a division', 'a / b', ['word:a', 'punctuation:/', 'word:b']],
    ['a regular expression after return', 'return /x/', ['word:return', 'regex:/x/']],
    ['a shebang', '#!/usr/bin/env node\nx', ['word:x']],
  ])('reads %s', (_name, source, expected) => {
    expect(texts(source)).toEqual(expected);
  });

  it('goes on after nested templates', () => {
    expect(texts('`a${ { b: `c${d}` } }e` + f').filter((text) => text.startsWith('word'))).toEqual([
      'word:b',
      'word:d',
      'word:f',
    ]);
  });

  it('counts lines through comments and templates', () => {
    const { tokens, comments } = tokenize('/*\n*/ a\n// x\n`\n\n` b');
    expect(tokens.map((token) => [token.text, token.line])).toEqual([
      ['a', 2],
      ['', 4],
      ['b', 6],
    ]);
    expect(comments.map((comment) => comment.line)).toEqual([1, 3]);
  });
});
