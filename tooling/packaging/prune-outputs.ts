import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join, posix } from 'node:path';
import { CHUNK_FOLDER } from '../bundle/bundle-package.ts';
import { entryModules } from '../bundle/entry-modules.ts';
import type { Manifest } from '../workspace/workspace-packages.ts';

/** Paths of bundled files in a bundled file: imports, and the map at its end. */
const REFERENCE = /["'=](\.{0,2}\/?[\w./-]+\.js(?:\.map)?)\b/g;

/**
 * Removes from a package's dist/ what was built from files that are gone: neither the compiler nor turbo's cache does.
 * @param manifest - of a bundled package; left out where every module is compiled to a file
 * @returns the removed paths, relative to the package's folder
 */
export function pruneOutputs(folder: string, manifest?: Manifest): readonly string[] {
  const outputs = globSync('dist/**/*.{js,d.ts,js.map,d.ts.map}', { cwd: folder }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  const bundled = manifest === undefined ? undefined : bundledFiles(folder, manifest);
  const stale = outputs.filter((path) => {
    if (bundled !== undefined && /\.js(?:\.map)?$/.test(path)) return !bundled.has(path);
    const source = path.replace(/^dist\//, 'src/').replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, '.ts');
    return !existsSync(join(folder, source));
  });
  for (const path of stale) rmSync(join(folder, path));
  return stale.sort();
}

/** The files that the entries of a bundled package lead to, themselves included. */
function bundledFiles(folder: string, manifest: Manifest): ReadonlySet<string> {
  const found = new Set<string>();
  const rest = entryModules(manifest).map((module) => `dist/${module}.js`);
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (found.has(file) || !existsSync(join(folder, file))) continue;
    found.add(file);
    if (!file.endsWith('.js')) continue;
    for (const [, reference = ''] of readFileSync(join(folder, file), 'utf8').matchAll(REFERENCE)) {
      const path = posix.join(posix.dirname(file), reference);
      if (path.startsWith(`dist/${CHUNK_FOLDER}/`) || path === `${file}.map`) rest.push(path);
    }
  }
  return found;
}
