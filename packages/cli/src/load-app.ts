import { statSync } from 'node:fs';
import type { Celeriac } from '@celeriac/core';
import { isApp } from '@celeriac/core/internal';
import { parseAppTarget } from './app-target.ts';
import { AppLoadError } from './cli-error.ts';
import { importUserModule } from './import-user-module.ts';
import { pickApp } from './pick-app.ts';

/** An app and where it came from. */
export interface LoadedApp {
  readonly app: Celeriac;
  /** The module's absolute path. */
  readonly file: string;
  /** The name of the app's export. */
  readonly exportName: string;
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
  const { file, exports } = await importUserModule(module, module, workdir);
  return { ...pickApp({ target: module, exports, isApp: isCeleriac }, exportName), file };
}

/** Whether `value` is an app, of this copy of the core package or of another one. */
function isCeleriac(value: unknown): value is Celeriac {
  return isApp(value);
}
