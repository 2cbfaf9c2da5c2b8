import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * The URL of `configured-app-entry`, made for one app.
 * @param file - the app's module
 * @param exportName - the app's export
 * @param include - files of more modules to import
 */
export function configuredAppUrl(file: string, exportName: string, include: readonly string[]): string {
  const url = new URL(`./configured-app-entry${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
  url.searchParams.set('module', pathToFileURL(file).href);
  url.searchParams.set('export', exportName);
  for (const module of include) url.searchParams.append('include', pathToFileURL(module).href);
  return url.href;
}
