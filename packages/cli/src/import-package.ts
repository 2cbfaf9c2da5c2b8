import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Imports a package that the user installs beside the app; this package's own copy is the last resort.
 * @param folders - where to look from, best first
 * @returns its exports, or undefined when it is not installed
 */
export async function importPackage(name: string, folders: readonly string[]): Promise<object | undefined> {
  for (const base of [...folders.map((folder) => join(folder, 'package.json')), import.meta.url]) {
    const file = resolveFrom(name, base);
    if (file !== undefined) return (await import(pathToFileURL(file).href)) as object;
  }
  return undefined;
}

/** Folders to look for packages from: the working directory, then the app's own folder. */
export function packageFolders(workdir: string, appFile: string | undefined): readonly string[] {
  return appFile === undefined ? [workdir] : [workdir, dirname(appFile)];
}

function resolveFrom(name: string, base: string): string | undefined {
  try {
    return createRequire(base).resolve(name);
  } catch {
    return undefined;
  }
}
