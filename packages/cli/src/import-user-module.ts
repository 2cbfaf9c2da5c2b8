import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppLoadError } from './cli-error.ts';
import { findModule } from './find-module.ts';
import { importProblem, needsTsx } from './import-problem.ts';
import { enableTsx, tsxMissing } from './tsx-fallback.ts';

/** A module of the user's project. */
export interface ImportedModule {
  /** Its absolute path. */
  readonly file: string;
  readonly exports: ReadonlyMap<string, unknown>;
}

/**
 * Finds and imports a module of the user's project, TypeScript included.
 * @param module - as `-A` takes it, without an export's name
 * @param target - what to call it in errors
 * @param workdir - an absolute path
 * @throws {AppLoadError} in one line: no such module, a syntax error (file and line), a module that throws
 */
export async function importUserModule(module: string, target: string, workdir: string): Promise<ImportedModule> {
  const found = findModule(module, workdir);
  if ('lookedFor' in found) {
    throw new AppLoadError(target, 2, `Cannot find the module "${module}"; looked for ${found.lookedFor}.`, {
      hint: 'Give the path of the module: ./src/tasks.ts',
    });
  }
  return { file: found.file, exports: await importFile(target, found.file, workdir) };
}

async function importFile(target: string, file: string, workdir: string): Promise<ReadonlyMap<string, unknown>> {
  const url = pathToFileURL(file).href;
  try {
    return exportsOf(await import(url));
  } catch (error) {
    if (!needsTsx(error)) throw loadError(target, file, error);
    const isThere = await enableTsx([join(workdir, 'package.json'), import.meta.url]);
    if (!isThere) throw tsxMissing(target, file, error);
  }
  try {
    return exportsOf(await import(url));
  } catch (error) {
    throw loadError(target, file, error);
  }
}

function exportsOf(namespace: object): ReadonlyMap<string, unknown> {
  const named = Object.entries(namespace).filter(([name]) => name !== 'module.exports' && name !== '__esModule');
  return new Map(named);
}

function loadError(target: string, file: string, cause: unknown): AppLoadError {
  const { message, hint } = importProblem(cause, target, file);
  return new AppLoadError(target, 1, ended(message), { cause, ...(hint !== undefined && { hint }) });
}

function ended(message: string): string {
  return /[.!?…]$/.test(message) ? message : `${message}.`;
}
