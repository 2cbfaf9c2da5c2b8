import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Manifest, WorkspacePackage } from '../workspace/workspace-packages.ts';
import { checkAgreement } from './check-agreement.ts';
import { checkManifest } from './check-manifest.ts';

const scratch = mkdtempSync(join(tmpdir(), 'manifests-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const source = { '@celeriac/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' };
const published = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };

const good: Manifest = {
  name: '@celeriac/good',
  version: '1.0.0',
  type: 'module',
  license: 'MIT',
  description: 'Good',
  keywords: ['celery'],
  engines: { node: '>=22.18' },
  exports: { '.': source },
  publishConfig: { access: 'public', exports: published },
  files: ['dist'],
  scripts: { build: 'tsc -b', test: 'vitest run', typecheck: 'tsc -p tsconfig.test.json' },
  dependencies: { '@celeriac/sibling': 'workspace:^', kysely: '^1.0.0' },
};

function packageOf(changes: Partial<Manifest> = {}, references: readonly string[] = ['../sibling']): WorkspacePackage {
  const folder = mkdtempSync(join(scratch, 'case-'));
  const sibling = join(scratch, 'sibling');
  mkdirSync(sibling, { recursive: true });
  writeFileSync(join(sibling, 'package.json'), '{ "name": "@celeriac/sibling" }');
  for (const file of ['README.md', 'LICENSE']) writeFileSync(join(folder, file), '');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ references: references.map((path) => ({ path })) }));
  return { folder, path: 'packages/good', manifest: { ...good, ...changes } };
}

describe('checkManifest', () => {
  it('accepts a complete package', () => {
    expect(checkManifest(packageOf())).toEqual([]);
  });

  it.each<[string, Partial<Manifest>, string]>([
    ['a sibling by version', { dependencies: { '@celeriac/sibling': '^1.0.0' } }, 'workspace:^'],
    ['a sibling as a narrow peer', { peerDependencies: { '@celeriac/sibling': 'workspace:^' } }, 'workspace:0.x'],
    ['a range that names no version', { devDependencies: { zod: '*' } }, 'names no version'],
    [
      'a peer that exists only in the meta',
      { peerDependenciesMeta: { pg: { optional: true } } },
      'peerDependencies.pg',
    ],
    ['a published source condition', { publishConfig: { access: 'public', exports: { '.': source } } }, 'without'],
    ['conditions in the wrong order', { exports: { '.': { ...published['.'], ...source } } }, 'in this order'],
    ['a missing build script', { scripts: { test: 'x', typecheck: 'x' } }, 'scripts.build'],
    ['another Node range', { engines: { node: '>=20' } }, 'engines.node'],
    ['restricted access', { publishConfig: { exports: published } }, 'publishConfig.access'],
  ])('refuses %s', (_name, changes, message) => {
    const findings = checkManifest(packageOf(changes));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).toContain(message);
  });

  it('refuses a missing project reference and a missing README', () => {
    const entry = packageOf({}, []);
    rmSync(join(entry.folder, 'README.md'));
    expect(checkManifest(entry).map((finding) => finding.message)).toEqual([
      'no README.md',
      'tsconfig.json has no reference to @celeriac/sibling',
    ]);
  });

  it('asks less of a private package', () => {
    expect(checkManifest(packageOf({ private: true, exports: {}, keywords: [], scripts: {} }))).toEqual([]);
  });
});

describe('checkAgreement', () => {
  it('names the packages that disagree on a range or on the version', () => {
    const other = packageOf({ version: '2.0.0', dependencies: { kysely: '^2.0.0' } });
    const messages = checkAgreement([packageOf(), other], good).map((finding) => finding.message);
    expect(messages).toEqual([
      'kysely has several ranges: ^1.0.0 in packages/good, .; ^2.0.0 in packages/good',
      'several versions: 1.0.0, 2.0.0',
    ]);
  });
});
