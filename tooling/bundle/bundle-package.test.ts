import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundlePackage } from './bundle-package.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOURCES = {
  'index.ts': `
    import { basename } from 'node:path';
    import { missing } from '@celeriac/missing';
    import { Failure as Near } from './near/failure.ts';
    import { Failure as Far } from './far/failure.ts';
    import { start } from './pool/start.ts';
    export const names: readonly string[] = [new Near().name, new Far().name];
    export const lazily = (): Promise<{ readonly here: string }> => import('./lazy/here.ts');
    export { basename, missing, start };`,
  'near/failure.ts':
    'export class Failure extends Error { constructor() { super(); this.name = new.target.name; } near = 1 }',
  'far/failure.ts':
    'export class Failure extends Error { constructor() { super(); this.name = new.target.name; } far = 2 }',
  'lazy/here.ts': 'export const here: string = import.meta.url;',
  'pool/start.ts': `export const start: string = new URL('./child/child-entry.js', import.meta.url).href;`,
  'pool/child/child-entry.ts': `
    import { watch } from './watch.ts';
    export const found: readonly string[] = [import.meta.url, watch];`,
  'pool/child/watch.ts': `export const watch: string = new URL('./watch-thread.js', import.meta.url).href;`,
};

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

it('refuses syntax that would need a package nobody installs', async () => {
  write({ 'src/using.ts': 'export async function run(one: AsyncDisposable) { await using used = one; return used; }' });
  const exports = { '.': { default: './dist/using.js' } };
  await expect(bundlePackage(folder, { name: '@celeriac/x', version: '1.0.0', exports })).rejects.toThrow('usingCtx');
});

it('modules know where they would be as files of their own, and classes keep their names', async () => {
  const files = {
    ...Object.fromEntries(Object.entries(SOURCES).map(([path, text]) => [`src/${path}`, text])),
    'package.json': '{ "type": "module" }',
    'node_modules/@celeriac/missing/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/@celeriac/missing/index.js': 'export const missing = "an import";',
    'dist/old.js': 'of another build',
  };
  write(files);
  const written = await bundlePackage(folder, {
    name: '@celeriac/x',
    version: '1.0.0',
    exports: { '.': { '@celeriac/source': './src/index.ts', default: './dist/index.js' } },
    celeriac: { entries: ['./src/pool/child/child-entry.ts'] },
  });
  expect(written.filter((path) => path.endsWith('.js') && !path.startsWith('chunks/'))).toEqual([
    'index.js',
    'pool/child/child-entry.js',
  ]);
  expect(existsSync(join(folder, 'dist/old.js'))).toBe(false);
  const script = `
    const { names, missing, start, lazily } = await import('./dist/index.js');
    const { found } = await import(start + '?a=b');
    const { here } = await lazily();
    console.log(JSON.stringify([names, missing, [here, start, ...found].map((url) => url.slice(url.indexOf('/dist/')))]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([
    ['Failure', 'Failure'],
    'an import',
    [
      '/dist/lazy/here.js',
      '/dist/pool/child/child-entry.js',
      '/dist/pool/child/child-entry.js?a=b',
      '/dist/pool/child/watch-thread.js',
    ],
  ]);
});
