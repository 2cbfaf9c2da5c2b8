import { existsSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes from a package's dist/ what was compiled from files that are gone: neither the compiler nor turbo's cache does.
 * @returns the removed paths, relative to the package's folder
 */
export function pruneOutputs(folder: string): readonly string[] {
  const outputs = globSync('dist/**/*.{js,d.ts,js.map,d.ts.map}', { cwd: folder }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  const stale = outputs.filter((path) => {
    const source = path.replace(/^dist\//, 'src/').replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, '.ts');
    return !existsSync(join(folder, source));
  });
  for (const path of stale) rmSync(join(folder, path));
  return stale.sort();
}
