import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pruneOutputs } from './prune-outputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'prune-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('removes what was compiled from files that are gone, and nothing else', () => {
  const kept = ['src/a.ts', 'src/b/c.ts', 'dist/a.js', 'dist/a.d.ts', 'dist/b/c.js.map', 'dist/.tsbuildinfo'];
  const stale = ['dist/b/gone.js', 'dist/gone.d.ts', 'dist/gone.d.ts.map'];
  for (const path of [...kept, ...stale]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  expect(pruneOutputs(folder)).toEqual(stale);
  expect(globSync('{src,dist}/**/*.*', { cwd: folder }).sort()).toEqual(
    kept.filter((path) => path !== 'dist/.tsbuildinfo').sort(),
  );
});
