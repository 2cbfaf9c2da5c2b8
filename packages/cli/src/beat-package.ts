import { installCommand } from '@celeriac/core/internal';
import { CommandFailedError } from './cli-error.ts';
import { importPackage } from './import-package.ts';

export type BeatPackage = typeof import('@celeriac/beat');

const NAME = '@celeriac/beat';

/**
 * The beat package, which only some commands need.
 * @param folders - where to look for it, best first
 * @throws {CommandFailedError} when it is not installed
 */
export async function beatPackage(command: string, folders: readonly string[]): Promise<BeatPackage> {
  const exports = await importPackage(NAME, folders);
  if (exports !== undefined) return exports as BeatPackage;
  throw new CommandFailedError(command, `celeriac ${command} needs ${NAME}, which is not installed.`, {
    hint: `Run: ${installCommand(NAME, folders[0] ?? '.')}`,
  });
}
