import { tmpdir } from 'node:os';
import { runCommand } from '../process/run-command.ts';
import { ensureInstalled } from './ensure-installed.ts';
import { ServiceMissingError } from './service-errors.ts';
import { isRequired } from './use-service.ts';

/** Python's Celery as Debian has it; run it as `<python> -m celery`. */
export interface PythonCelery {
  readonly skipped?: undefined;
  readonly python: string;
  readonly version: string;
}

const PYTHON = '/usr/bin/python3';

/**
 * Finds Debian's Celery with its Redis client, and installs them if need be.
 * @returns its Python and version, or why it is not there, which is printed too
 * @throws {ServiceMissingError} instead, under CI
 */
export async function useCelery(): Promise<PythonCelery | { readonly skipped: string }> {
  try {
    await ensureInstalled('celery');
    return { python: PYTHON, version: await versionOf() };
  } catch (error) {
    if (!(error instanceof ServiceMissingError) || isRequired(process.env)) throw error;
    console.warn(`Tests with Python's Celery are skipped: ${error.message}`);
    return { skipped: error.message };
  }
}

async function versionOf(): Promise<string> {
  const code = 'import celery, redis; print(celery.__version__)';
  // -I: what the caller or the user has by the name of celery does not count.
  const run = await runCommand(PYTHON, ['-I', '-c', code], { cwd: tmpdir() });
  if (run.code === 0) return run.output.trim();
  throw new ServiceMissingError('celery', `${PYTHON} cannot import celery and redis:\n${run.output.trim()}`);
}
