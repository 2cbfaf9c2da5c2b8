import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../workspace/workspace-packages.ts';

/**
 * Runs turbo in the repository, with its output passed on, no telemetry and no update notice.
 * @returns the exit code; 1 when turbo was ended by a signal
 */
export function runTurbo(args: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  const turbo = join(repositoryRoot, 'node_modules/.bin/turbo');
  const { status, error } = spawnSync(turbo, args, {
    cwd: repositoryRoot,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', ...env },
  });
  if (error) throw error;
  return status ?? 1;
}
