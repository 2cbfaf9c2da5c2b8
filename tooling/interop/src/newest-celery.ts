import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { useCelery } from '@celeriac/tooling/services';

/** One of Python's Celerys, or why it is not there. */
export interface CeleryRelease {
  readonly label: 'Debian' | 'newest';
  /** Its Python interpreter; undefined when it is not there. */
  readonly python?: string;
  readonly version?: string;
  readonly skipped?: string;
}

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../node_modules/.cache/newest-celery', import.meta.url));
const BUILD_MS = 60_000;
const KEPT_MS = 7 * 24 * 3_600_000;
const NEEDED = ['celery[redis,msgpack]', 'backports.zstd'];

/** Debian's Celery and the newest that the package index of `pip` has. */
export async function celeryReleases(): Promise<readonly CeleryRelease[]> {
  const debian = await useCelery();
  return [{ label: 'Debian', ...debian }, await newestCelery()];
}

/** The newest release in a virtual environment, which is kept for a week, or longer if it cannot be renewed. */
async function newestCelery(): Promise<CeleryRelease> {
  const python = join(folder, 'bin', 'python');
  const mark = join(folder, 'complete');
  const age = existsSync(mark) ? Date.now() - statSync(mark).mtimeMs : Number.POSITIVE_INFINITY;
  let obstacle: string | undefined;
  if (age > KEPT_MS) obstacle = await build(python, mark);
  if (!existsSync(mark)) return { label: 'newest', skipped: obstacle ?? 'it could not be installed' };
  const { stdout } = await run(python, ['-c', 'import celery; print(celery.__version__)']);
  return { label: 'newest', python, version: stdout.trim() };
}

/** @returns what went wrong */
async function build(python: string, mark: string): Promise<string | undefined> {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  try {
    if (!existsSync(mark)) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder], { timeout: BUILD_MS });
    await run(python, [...pip, '--upgrade', ...NEEDED], { timeout: BUILD_MS });
    writeFileSync(mark, '');
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return `pip could not install it: ${text.trim().split('\n').at(-1)}`;
  }
}
