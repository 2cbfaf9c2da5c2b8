import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pruneOutputs } from './prune-outputs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'prune-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function packageOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(scratch, 'package-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

it('removes what was compiled from files that are gone, and nothing else', () => {
  const kept = ['src/a.ts', 'src/b/c.ts', 'dist/a.js', 'dist/a.d.ts', 'dist/b/c.js.map', 'dist/.tsbuildinfo'];
  const stale = ['dist/b/gone.js', 'dist/gone.d.ts', 'dist/gone.d.ts.map'];
  const folder = packageOf(Object.fromEntries([...kept, ...stale].map((path) => [path, ''])));
  expect(pruneOutputs(folder)).toEqual(stale);
  expect(globSync('{src,dist}/**/*.*', { cwd: folder }).sort()).toEqual(
    kept.filter((path) => path !== 'dist/.tsbuildinfo').sort(),
  );
});

it('keeps of a bundled package what its entries lead to', () => {
  const folder = packageOf({
    'src/index.ts': '',
    'src/a.ts': '',
    'src/pool/child-entry.ts': '',
    'dist/a.d.ts': '',
    'dist/index.js': 'import { a } from "./chunks/a.js";\n//# sourceMappingURL=index.js.map',
    'dist/index.js.map': '{}',
    'dist/pool/child-entry.js': 'await import("../chunks/lazy.js");',
    'dist/chunks/a.js': 'export * from "./b.js";',
    'dist/chunks/b.js': '//# sourceMappingURL=b.js.map',
    'dist/chunks/b.js.map': '{}',
    'dist/chunks/lazy.js': '',
    'dist/chunks/old.js': '',
    'dist/chunks/old.js.map': '{}',
    'dist/a.js': 'compiled as a file of its own, before packages were bundled',
  });
  const name = '@celeriac/x';
  const exports = { '.': { default: './dist/index.js' }, './package.json': './package.json' };
  const manifest = { name, version: '1.0.0', exports, celeriac: { entries: ['./src/pool/child-entry.ts'] } };
  expect(pruneOutputs(folder, manifest)).toEqual(['dist/a.js', 'dist/chunks/old.js', 'dist/chunks/old.js.map']);
});
