import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenize } from '../source/tokens.ts';
import { workspacePackages } from '../workspace/workspace-packages.ts';
import { checkPackage } from './check-package.ts';
import { checkStyle } from './check-style.ts';
import { type PackageFile, type PackageSource, readPackageSource } from './package-source.ts';

const house = join(import.meta.dirname, 'fixtures/house');
const sources = new Map(
  workspacePackages(house)
    .map(readPackageSource)
    .map((source) => [source.path, source]),
);

const findings = (path: string): string[] =>
  checkPackage(sources.get(path) as PackageSource)
    .map((finding) => `${finding.rule} ${finding.where.replace(`${path}/`, '')}`)
    .sort();

describe('checkPackage on a house full of faults', () => {
  it('reports cycles through types, names, index imports, silenced checks and third-party dependencies', () => {
    expect(findings('packages/protocol')).toEqual([
      'cycle src/left.ts',
      'deep-import src/right.test.ts:3',
      'index src/index.ts:2',
      'missing src/right.ts:2',
      'name src/utils.ts',
      'own-index src/utils.ts:2',
      'silenced src/right.test.ts:5',
      'silenced src/utils.ts:5',
      'state src/utils.ts:6',
      'third-party package.json',
      'undeclared src/utils.ts:3',
      'unfinished src/utils.ts:1',
    ]);
  });

  it('reports a forbidden arrow in source and in package.json, and imports that leave the package', () => {
    expect(findings('packages/core')).toEqual(['arrow package.json', 'arrow src/app.ts:2', 'outside src/app.ts:3']);
  });

  it('lets the cli load the worker on demand only, and from no devDependency', () => {
    expect(findings('packages/cli')).toEqual(['arrow src/eager-command.ts:1', 'undeclared src/worker-command.ts:2']);
  });

  it('counts third-party dependencies of a transport and keeps sql to the sql transport', () => {
    expect(findings('packages/transports/twin')).toEqual(['arrow package.json', 'third-party package.json']);
  });

  it('reports a package that the table does not know', () => {
    expect(findings('packages/stray')).toEqual(['arrow package.json']);
  });

  it('leaves the arrows of applications free', () => {
    expect(findings('apps/shop')).toEqual([]);
  });

  it('keeps the stages of the worker apart, detours included', () => {
    expect(findings('packages/worker').filter((finding) => finding.startsWith('stage'))).toEqual([
      'stage src/conclude/conclude.ts:2',
      'stage src/hold/heap.ts:1',
      'stage src/intake/admit.ts:2',
      'stage src/know-all.ts',
      'stage src/shared/detour.ts',
    ]);
  });
});

describe('checkStyle', () => {
  const fileOf = (name: string, text: string, lines: number): PackageFile => {
    return { path: `/${name}`, name, lines, isTest: false, imports: [], ...tokenize(text) };
  };
  const check = (file: PackageFile): string[] =>
    checkStyle({ ...(sources.get('packages/core') as PackageSource), files: [file] }).map(
      (finding) => `${finding.level} ${finding.rule}`,
    );

  it.each<[string, string, number, string[]]>([
    ['a short file', 'x', 250, []],
    ['a file above 250 lines', 'x', 251, ['warn length']],
    ['a file above 400 lines', 'x', 401, ['fail length']],
    ['a long file with a licence on top', '// MIT\nx', 401, ['fail length']],
    ['a long file that says why', '// One long table: every row is one option.\nx', 401, ['warn length']],
    ['a long file that says why too late', 'x // long since it is a table', 401, ['fail length']],
  ])('judges the length of %s', (_name, text, lines, expected) => {
    expect(check(fileOf('src/a.ts', text, lines))).toEqual(expected);
  });

  it.each<[string, string[]]>([
    [`export { A, type B } from './a.ts';\nexport type { C } from './c.ts';`, []],
    ['export {};', []],
    ['/** Docs. */', []],
    [`export { A };`, ['fail index']],
    [`export * as a from './a.ts';`, ['fail index']],
    [`export const a = 1;`, ['fail index']],
    [`import './a.ts';`, ['fail index']],
  ])('judges the index.ts %j', (text, expected) => {
    expect(check(fileOf('src/index.ts', text, 1))).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['let a = 1;', ['fail state']],
    ['export let a: number;', ['fail state']],
    ['const f = () => { let a = 1; return a; };', []],
    ['const a = { let: 1 };', []],
  ])('judges module state in %j', (text, expected) => {
    expect(check(fileOf('src/a.ts', text, 1))).toEqual(expected);
  });
});
