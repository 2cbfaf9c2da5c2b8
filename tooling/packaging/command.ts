import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

/** How a command ended. `code` is null when it was killed at its deadline. */
export interface CommandRun {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a command to its end and keeps what it printed. Kills it after five minutes.
 * @param nodeFolder - put first on PATH, so that `#!/usr/bin/env node` finds this Node
 */
export function runCommand(command: string, args: readonly string[], cwd: string, nodeFolder?: string): CommandRun {
  const path = process.env['PATH'] ?? '';
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      PATH: nodeFolder ? nodeFolder + delimiter + path : path,
      CI: '1',
      FORCE_COLOR: '0',
      NODE_OPTIONS: '',
    },
  });
  return { code: status, output: `${stdout ?? ''}${stderr ?? ''}${error ? `\n${error.message}` : ''}` };
}
