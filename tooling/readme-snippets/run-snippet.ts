import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandRun, runCommand } from '../process/run-command.ts';
import { repositoryRoot } from '../workspace/workspace-packages.ts';

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
 * @param timeoutMs - a snippet that still runs after this time is killed; its exit code is then null
 */
export async function runSnippet(code: string, folder: string, timeoutMs: number): Promise<CommandRun> {
  const reports = join(folder, '.reports');
  const file = join(reports, `readme-snippet-${process.pid}.ts`);
  mkdirSync(reports, { recursive: true });
  writeFileSync(file, code);
  try {
    const compiled = await runCommand(TSC, [...TSC_OPTIONS, file], { cwd: folder, timeoutMs });
    if (compiled.code !== 0) return compiled;
    const args = ['--conditions=@celeriac/source', file];
    return await runCommand(process.execPath, args, { cwd: folder, timeoutMs });
  } finally {
    rmSync(file, { force: true });
  }
}
