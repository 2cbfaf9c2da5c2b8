import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * The folder of the application: that of the nearest `package.json` above the module that made the app, else above the
 * program that runs, else above the working directory, else the working directory. What was installed (the command line,
 * a test runner, an app that came with a package) is not the application.
 * @param module - path of the module that made the app
 * @param program - `process.argv[1]`
 */
export function applicationFolder(
  module: string | undefined,
  program: string | undefined,
  workingDirectory: string,
): string {
  for (const path of [module, program]) {
    if (path === undefined || !existsSync(path) || /[\\/]node_modules[\\/]/.test(resolve(path))) continue;
    const folder = manifestFolder(dirname(resolve(path)));
    if (folder !== undefined) return folder;
  }
  return manifestFolder(workingDirectory) ?? workingDirectory;
}

function manifestFolder(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(resolve(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
