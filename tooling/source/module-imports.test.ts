import { describe, expect, it } from 'vitest';
import { moduleImports } from './module-imports.ts';
import { tokenize } from './tokens.ts';

const found = (source: string): string[] =>
  moduleImports(tokenize(source).tokens).map((entry) => `${entry.kind} ${entry.specifier}`);

describe('moduleImports', () => {
  it.each<[string, string[]]>([
    [`import 'a';`, ['value a']],
    [`import a, { type B, c as d } from "b";`, ['value b']],
    [`import * as a from 'b'`, ['value b']],
    [`import type { A } from 'b';`, ['type b']],
    [`import type A from 'b';`, ['type b']],
    [`import { type A, type B as C, } from 'b';`, ['type b']],
    [`import type from 'b';`, ['value b']],
    [`import {\n  from,\n  a,\n} from 'b';`, ['value b']],
    [`import json from './a.json' with { type: 'json' };`, ['value ./a.json']],
    [`const a = await import('b');`, ['dynamic b']],
    [`type A = import('b').C;`, ['dynamic b']],
    ['const a = import(name);', []],
    ['const a = import.meta.url;', []],
    [`export { a } from 'b';`, ['export b']],
    [`export type { A } from 'b';`, ['type b']],
    [`export * from 'b';`, ['export b']],
    [`export * as c from 'b';`, ['export b']],
    [`export { a };\nconst from = 'x';`, []],
    [`export const a = from('b');`, []],
    [`// import 'a'\n/* import 'b' */ const s = "import 'c'";`, []],
    [`const o = { import: 'a', export: 'b' }; o.import('c');`, []],
  ])('reads %j', (source, expected) => {
    expect(found(source)).toEqual(expected);
  });
});
