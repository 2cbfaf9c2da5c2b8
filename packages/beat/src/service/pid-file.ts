import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** The process that a pid file names lives, or the file cannot be written. @see celery/platforms.py Pidfile */
export class PidFileError extends CeleriacError {
  readonly code = 'CLR_PID_FILE';
  readonly file: string;

  constructor(file: string, problem: string, options?: CeleriacErrorOptions) {
    super(`The pid file ${file} ${problem}`, options);
    this.file = file;
  }
}

/**
 * Writes this process's number to a file. One of a process that has died is replaced.
 * @returns removes it again
 * @throws {PidFileError}
 */
export function writePidFile(file: string): () => void {
  const text = `${process.pid}\n`;
  try {
    try {
      writeFileSync(file, text, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(readFileSync(file, 'utf8').trim());
      if (isAlive(pid)) {
        throw new PidFileError(file, `names process ${pid}, which runs.`, {
          hint: 'Stop it first, or give another file.',
        });
      }
      writeFileSync(file, text);
    }
  } catch (cause) {
    if (cause instanceof PidFileError) throw cause;
    throw new PidFileError(file, `cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  return () => {
    try {
      if (readFileSync(file, 'utf8') === text) rmSync(file, { force: true });
    } catch {
      // It is gone already.
    }
  };
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
