import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Celeriac } from '@celeriac/core';
import { isApp } from '@celeriac/core/internal';
import { parseAppTarget } from './app-target.ts';
import { AppLoadError } from './cli-error.ts';
import { findModule } from './find-module.ts';
import { importProblem, needsTsx } from './import-problem.ts';
import { pickApp } from './pick-app.ts';
import { enableTsx, tsxMissing } from './tsx-fallback.ts';

/** An app and where it came from. */
export interface LoadedApp {
  readonly app: Celeriac;
  /** The module's absolute path. */
  readonly file: string;
}

/**
 * Imports the app that `-A` names.
 * @param target - `proj`, `./src/tasks.ts`, `dist/tasks.js`, `module:exportName`
 * @param workdir - an absolute path; what it names is looked for from here
 * @throws {AppLoadError} in one line: no such module, a syntax error (file and line), a module that throws, no app or
 *   several among its exports
 */
export async function loadApp(target: string, workdir: string): Promise<LoadedApp> {
  const { module, exportName } = parseAppTarget(target);
  if (!statSync(workdir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new AppLoadError(target, 2, `The working directory ${workdir} does not exist.`);
  }
  const found = findModule(module, workdir);
  if ('lookedFor' in found) {
    throw new AppLoadError(target, 2, `Cannot find the module "${module}"; looked for ${found.lookedFor}.`, {
      hint: 'Give the path of the module that exports your app: -A ./src/tasks.ts',
    });
  }
  const exports = await importModule(target, found.file, workdir);
  return { app: pickApp({ target, exports, isApp: isApp }, exportName), file: found.file };
}

async function importModule(target: string, file: string, workdir: string): Promise<ReadonlyMap<string, unknown>> {
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
