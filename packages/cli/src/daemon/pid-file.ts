import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CeleriacError } from '@celeriac/protocol';

/** As Celery: the file cannot be made. @see celery/platforms.py EX_CANTCREAT */
const EXIT_CANNOT_CREATE = 73;

/** Another process has the file of process ids, or it cannot be written. */
export class PidFileError extends CeleriacError {
  readonly code = 'CLR_PID_FILE';
  readonly exitCode: number = EXIT_CANNOT_CREATE;
  readonly path: string;

  constructor(path: string, message: string, hint?: string) {
    super(message, hint === undefined ? {} : { hint });
    this.path = path;
  }
}

/** A file that holds the process id of whoever runs, so that it is not started twice and others can find it. */
export class PidFile {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Takes the file. One that a process left behind which is not there any more is replaced.
   * @throws {PidFileError} when a live process has it
   * @see celery/platforms.py create_pidlock
   */
  static take(path: string): PidFile {
    mkdirSync(dirname(path), { recursive: true });
    for (let attempt = 0; ; attempt++) {
      try {
        writeFileSync(path, `${process.pid}\n`, { flag: 'wx', mode: 0o644 });
        return new PidFile(path);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EEXIST') throw new PidFileError(path, `The pid file ${path} cannot be written (${code}).`);
        const owner = readPid(path);
        // In a container that is started again a new process often has the id of the old one.
        const isOther = owner !== undefined && owner !== process.pid;
        if ((isOther && isRunning(owner)) || attempt > 1) {
          const hint = 'Stop it first, or choose another file with --pidfile.';
          throw new PidFileError(path, `It runs already: process ${owner} has the pid file ${path}.`, hint);
        }
        removeStale(path);
      }
    }
  }

  /** Removes the file, if it is still this process's. One that a former user of this process made may have to stay. */
  release(): void {
    if (readPid(this.path) !== process.pid) return;
    try {
      rmSync(this.path, { force: true });
    } catch {
      // It names a process that has ended: the next one replaces it.
    }
  }
}

function removeStale(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PidFileError(path, `What stands at ${path} is no pid file, and cannot be removed (${code}).`);
  }
}

/** The process id in a file; undefined when there is none. */
export function readPid(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process is there, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
