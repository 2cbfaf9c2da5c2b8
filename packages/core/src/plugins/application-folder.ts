import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * The folder of the application: that of the nearest `package.json` above the program that runs, else above the working
 * directory, else the working directory.
 * @param program - `process.argv[1]`
 */
export function applicationFolder(program: string | undefined, workingDirectory: string): string {
  const fromProgram =
    program === undefined || !existsSync(program) ? undefined : manifestFolder(dirname(resolve(program)));
  // A program that was installed (the command line, a test runner) is not the application.
  if (fromProgram !== undefined && !/[\\/]node_modules[\\/]/.test(resolve(program ?? ''))) return fromProgram;
  return manifestFolder(workingDirectory) ?? workingDirectory;
}

function manifestFolder(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(resolve(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
