import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const BY_LOCK_FILE: readonly (readonly [file: string, command: string])[] = [
  ['pnpm-lock.yaml', 'pnpm add'],
  ['yarn.lock', 'yarn add'],
  ['bun.lock', 'bun add'],
  ['package-lock.json', 'npm install'],
];

/** The command that installs a package into the application, by the lock file in its folder or the nearest above. */
export function installCommand(packageName: string, applicationFolder: string): string {
  for (let folder = applicationFolder; ; folder = dirname(folder)) {
    const found = BY_LOCK_FILE.find(([file]) => existsSync(resolve(folder, file)));
    if (found !== undefined) return `${found[1]} ${packageName}`;
    if (dirname(folder) === folder) return `npm install ${packageName}`;
  }
}
