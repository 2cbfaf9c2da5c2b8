import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a snippet ended. `code` is null when it was killed at the deadline. */
export interface SnippetRun {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a snippet from source, as a file inside a package's folder so that its imports resolve as that package's own.
 * @param timeoutMs - a snippet that still runs after this time is killed
 */
export function runSnippet(code: string, folder: string, timeoutMs: number): SnippetRun {
  const reports = join(folder, '.reports');
  const file = join(reports, `readme-snippet-${process.pid}.ts`);
  mkdirSync(reports, { recursive: true });
  writeFileSync(file, code);
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@celeriac/source', file], {
      cwd: folder,
      encoding: 'utf8',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    return { code: status, output: stdout + stderr };
  } finally {
    rmSync(file, { force: true });
  }
}
