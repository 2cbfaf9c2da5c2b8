import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../workspace/workspace-packages.ts';

/** How a snippet ended. `code` is null when it was killed at the deadline. */
export interface SnippetRun {
  readonly code: number | null;
  readonly output: string;
}

const TSC = join(repositoryRoot, 'node_modules/.bin/tsc');

// What a user's strict project would have, plus the condition that reads siblings from source.
const TSC_OPTIONS = [
  '--ignoreConfig',
  '--noEmit',
  '--strict',
  '--skipLibCheck',
  '--allowImportingTsExtensions',
  ...['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2024,esnext.disposable', '--types', 'node'],
  ...['--customConditions', '@celeriac/source'],
];

/**
 * Compiles a snippet without writing output, and runs it from source if it compiles, as a file inside a package's
 * folder so that its imports resolve as that package's own.
 * @param timeoutMs - a snippet that still runs after this time is killed
 */
export function runSnippet(code: string, folder: string, timeoutMs: number): SnippetRun {
  const reports = join(folder, '.reports');
  const file = join(reports, `readme-snippet-${process.pid}.ts`);
  mkdirSync(reports, { recursive: true });
  writeFileSync(file, code);
  try {
    const compiled = runIn(folder, TSC, [...TSC_OPTIONS, file], timeoutMs);
    if (compiled.code !== 0) return compiled;
    return runIn(folder, process.execPath, ['--conditions=@celeriac/source', file], timeoutMs);
  } finally {
    rmSync(file, { force: true });
  }
}

function runIn(cwd: string, command: string, args: readonly string[], timeoutMs: number): SnippetRun {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { code: status, output: stdout + stderr };
}
