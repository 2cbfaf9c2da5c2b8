import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ModuleLoadError } from './module-load-error.ts';

/**
 * Imports a module of the application.
 * @param name - a path from the application's folder (`./tasks.ts`), a `file:` URL, or a package
 * @throws {ModuleLoadError} naming the module and the reason
 */
export async function loadModule(name: string, folder: string): Promise<unknown> {
  const url = moduleUrl(name, folder);
  try {
    return await import(url);
  } catch (error) {
    throw new ModuleLoadError(name, reasonOf(error), { cause: error, ...hintFor(error) });
  }
}

function moduleUrl(name: string, folder: string): string {
  if (name.startsWith('file:')) return name;
  if (name.startsWith('.') || isAbsolute(name)) return pathToFileURL(resolve(folder, name)).href;
  try {
    return pathToFileURL(createRequire(join(folder, 'package.json')).resolve(name)).href;
  } catch (cause) {
    throw new ModuleLoadError(name, 'there is no such package', {
      cause,
      hint: `Paths begin with "./" and are looked up from ${folder}.`,
    });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}

function hintFor(error: unknown): { readonly hint?: string } {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return { hint: 'Node strips types only: enums, namespaces and parameter properties need a build step or tsx.' };
  }
  return code === 'ERR_MODULE_NOT_FOUND' ? { hint: 'Check the path; modules need their file extension.' } : {};
}
