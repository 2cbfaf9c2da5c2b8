import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { useCelery } from '@celeriac/tooling/services';
import { virtualEnvironment } from './virtual-environment.ts';

/** One of Python's Celerys, or why it is not there. */
export interface CeleryRelease {
  readonly label: 'Debian' | 'newest';
  /** Its Python interpreter; undefined when it is not there. */
  readonly python?: string;
  readonly version?: string;
  readonly skipped?: string;
}

const run = promisify(execFile);
const NEEDED = ['celery[redis,msgpack]', 'backports.zstd'];

/** Debian's Celery and the newest that the package index of `pip` has. */
export async function celeryReleases(): Promise<readonly CeleryRelease[]> {
  const debian = await useCelery();
  return [{ label: 'Debian', ...debian }, await newestCelery()];
}

async function newestCelery(): Promise<CeleryRelease> {
  const found = await virtualEnvironment('newest-celery', NEEDED);
  if ('skipped' in found) return { label: 'newest', skipped: found.skipped };
  const { python } = found;
  const { stdout } = await run(python, ['-c', 'import celery; print(celery.__version__)']);
  return { label: 'newest', python, version: stdout.trim() };
}
