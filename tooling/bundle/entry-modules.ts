import type { Manifest } from '../workspace/workspace-packages.ts';

/**
 * The modules of a package that must be files of their own: what `exports` points to, and what `celeriac.entries` of its
 * package.json names because it is started as a process or a thread.
 * @returns paths below src/ and below dist/, without extension, sorted
 */
export function entryModules({ exports = {}, celeriac }: Manifest): readonly string[] {
  const exported = Object.values(exports).flatMap((target) => {
    const built = typeof target === 'object' ? (target as Record<string, unknown>)['default'] : undefined;
    return typeof built === 'string' ? [built] : [];
  });
  const paths = [...exported, ...(celeriac?.entries ?? [])];
  return [...new Set(paths.map((path) => path.replace(/^\.\/(?:src|dist)\/|\.(?:ts|js)$/g, '')))].sort();
}
