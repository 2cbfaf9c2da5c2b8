import { installCommand } from '@celeriac/core/internal';
import { CommandFailedError } from './cli-error.ts';
import { importPackage } from './import-package.ts';

type WorkerPackage = typeof import('@celeriac/worker');

const NAME = '@celeriac/worker';

/**
 * The worker package, which only some commands need.
 * @param folders - where to look for it, best first
 * @throws {CommandFailedError} when it is not installed
 */
export async function workerPackage(command: string, folders: readonly string[]): Promise<WorkerPackage> {
  const exports = await importPackage(NAME, folders);
  if (exports !== undefined) return exports as WorkerPackage;
  throw new CommandFailedError(command, `celeriac ${command} needs ${NAME}, which is not installed.`, {
    hint: `Run: ${installCommand(NAME, folders[0] ?? '.')}`,
  });
}
