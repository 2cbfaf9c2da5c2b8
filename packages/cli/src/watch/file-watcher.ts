import { basename, sep } from 'node:path';
import { installCommand } from '@celeriac/core/internal';
import { CommandFailedError } from '../cli-error.ts';
import { importPackage } from '../import-package.ts';

type Chokidar = typeof import('chokidar');

/** Folders that hold no code of the application's own. */
const PASSED_OVER: ReadonlySet<string> = new Set(['node_modules', '.git', 'dist', 'coverage', '.turbo']);
const CODE = /\.(?:[cm]?[jt]sx?|json)$/;
/** Changes that come together, as a whole checkout does, count as one. */
const SETTLE_MS = 150;

/** Tells of changed code below a folder, until it is closed. */
export interface FileWatcher {
  close(): Promise<void>;
}

/**
 * Watches the code below a folder.
 * @param onChange - gets one of the files that changed together
 * @throws {CommandFailedError} when chokidar is not installed
 */
export async function watchFiles(folder: string, onChange: (file: string) => void): Promise<FileWatcher> {
  const chokidar = (await importPackage('chokidar', [folder])) as Chokidar | undefined;
  if (chokidar === undefined) {
    throw new CommandFailedError('worker', 'celeriac worker --watch needs chokidar, which is not installed.', {
      hint: `Run: ${installCommand('chokidar', folder)}`,
    });
  }
  const isIgnored = (path: string): boolean =>
    path
      .slice(folder.length)
      .split(sep)
      .some((part) => PASSED_OVER.has(part));
  const watcher = chokidar.watch(folder, { ignored: isIgnored, ignoreInitial: true });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', (_event, path) => {
    if (!CODE.test(basename(path))) return;
    clearTimeout(timer);
    timer = setTimeout(() => onChange(path), SETTLE_MS);
  });
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return {
    close: async () => {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
