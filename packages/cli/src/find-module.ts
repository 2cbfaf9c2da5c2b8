import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { isPath, moduleCandidates } from './app-target.ts';

/** The file that `-A` means, or everything that was looked for. */
export type FoundModule = { readonly file: string } | { readonly lookedFor: string };

/**
 * Finds the module of `-A`: a file below the working directory, else a package that can be imported from there.
 * @param workdir - an absolute path
 */
export function findModule(module: string, workdir: string): FoundModule {
  const candidates = moduleCandidates(module);
  for (const candidate of candidates) {
    const file = resolve(workdir, candidate);
    if (isFile(file)) return { file };
  }
  const packaged = isPath(module) ? undefined : packageFile(module, workdir);
  if (packaged !== undefined) return { file: packaged };
  const first = resolve(workdir, candidates[0]!);
  if (candidates.length === 1) return { lookedFor: first };
  const place = isPath(module) ? '' : ', and a package of that name';
  return { lookedFor: `${first}, .js, .mjs, a folder with celery.ts, app.ts or index.ts${place}` };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function packageFile(name: string, workdir: string): string | undefined {
  try {
    return createRequire(join(workdir, 'package.json')).resolve(name);
  } catch {
    return undefined;
  }
}
