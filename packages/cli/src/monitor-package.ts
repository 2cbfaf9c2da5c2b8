import { installCommand } from '@celeriac/core/internal';
import { CommandFailedError } from './cli-error.ts';
import { importPackage } from './import-package.ts';

type MonitorPackage = typeof import('@celeriac/monitor');

const NAME = '@celeriac/monitor';

/**
 * The monitor package, which only some commands need.
 * @param folders - where to look for it, best first
 * @throws {CommandFailedError} when it is not installed
 */
export async function monitorPackage(command: string, folders: readonly string[]): Promise<MonitorPackage> {
  const exports = await importPackage(NAME, folders);
  if (exports !== undefined) return exports as MonitorPackage;
  throw new CommandFailedError(command, `celeriac ${command} needs ${NAME}, which is not installed.`, {
    hint: `Run: ${installCommand(NAME, folders[0] ?? '.')}`,
  });
}
