import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A Python interpreter with packages, or why it is not there. */
export type VirtualEnvironment = { readonly python: string } | { readonly skipped: string };

const run = promisify(execFile);
const BUILD_MS = 60_000;
const KEPT_MS = 7 * 24 * 3_600_000;

/**
 * A virtual environment with the newest of the packages that the package index of `pip` has. It is kept for a week, or
 * longer if it cannot be renewed.
 * @param name - of its folder in `node_modules/.cache`
 */
export async function virtualEnvironment(name: string, packages: readonly string[]): Promise<VirtualEnvironment> {
  const folder = fileURLToPath(new URL(`../node_modules/.cache/${name}`, import.meta.url));
  const python = join(folder, 'bin', 'python');
  const mark = join(folder, 'complete');
  const age = existsSync(mark) ? Date.now() - statSync(mark).mtimeMs : Number.POSITIVE_INFINITY;
  const obstacle = age > KEPT_MS ? await build(folder, python, mark, packages) : undefined;
  return existsSync(mark) ? { python } : { skipped: obstacle ?? 'it could not be installed' };
}

/** @returns what went wrong */
async function build(
  folder: string,
  python: string,
  mark: string,
  packages: readonly string[],
): Promise<string | undefined> {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  try {
    if (!existsSync(mark)) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder], { timeout: BUILD_MS });
    await run(python, [...pip, '--upgrade', ...packages], { timeout: BUILD_MS });
    writeFileSync(mark, '');
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return `pip could not install it: ${text.trim().split('\n').at(-1)}`;
  }
}
