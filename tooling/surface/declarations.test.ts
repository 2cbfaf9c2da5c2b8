import { describe, expect, it } from 'vitest';
import { readDeclarations } from './declarations.ts';

const read = (source: string): Record<string, string[]> =>
  Object.fromEntries(
    [...readDeclarations(source).declarations].map(([name, list]) => [
      name,
      list.map((entry) => `${entry.kind}: ${entry.text}`),
    ]),
  );

describe('readDeclarations', () => {
  it.each<[string, string, Record<string, string[]>]>([
    [
      'a class with comments and an object type in it',
      '/** Doc. */\nexport declare abstract class A<T> extends B {\n    /** x; } */\n    readonly a: { b: T };\n    c(): void;\n}\n',
      { A: ['class: abstract class A<T> extends B {\n    readonly a: { b: T };\n    c(): void;\n}'] },
    ],
    [
      'overloads',
      'export declare function f(a: number): { b: string };\nexport declare function f(a: string): void;',
      { f: ['function: function f(a: number): { b: string };', 'function: function f(a: string): void;'] },
    ],
    ['a constant', 'export declare const a: readonly string[];', { a: ['const: const a: readonly string[];'] }],
    [
      'a type of an object',
      'export type A = {\n    b: 1;\n} | null;',
      { A: ['type: type A = {\n    b: 1;\n} | null;'] },
    ],
    ['a type of a template', 'type A = `a${string};`;', { A: ['type: type A = `a${string};`;'] }],
    ['nothing in imports and empty exports', `import type { A } from './a.ts';\nexport {};`, {}],
  ])('reads %s', (_name, source, expected) => {
    expect(read(source)).toEqual(expected);
  });

  it('reads imported names under the name they have in the file', () => {
    const { imports } = readDeclarations(`import type { A, B as C } from './x.ts';\nimport 'y';`);
    expect(imports.map(({ name, exported, specifier }) => `${name} ${exported} ${specifier}`)).toEqual([
      'A A ./x.ts',
      'B C ./x.ts',
    ]);
  });

  it('reads names that are passed on', () => {
    const { reExports } = readDeclarations(
      `export { a, type B, c as d } from './x.ts';\nexport type { E } from 'pkg';\nexport { f, type };\n//# sourceMappingURL=x`,
    );
    expect(reExports.map(({ name, exported, specifier }) => `${name} ${exported} ${specifier}`)).toEqual([
      'a a ./x.ts',
      'B B ./x.ts',
      'c d ./x.ts',
      'E E pkg',
      'f f undefined',
      'type type undefined',
    ]);
  });
});
