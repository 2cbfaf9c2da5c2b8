import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandFailedError } from '../cli-error.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { detachedEnvironment } from './detached-mark.ts';
import { filePattern } from './file-pattern.ts';
import { LogFile } from './log-file.ts';

/** How long a detached process may take until it is ready, before it is left to itself. */
const READY_MS = 30_000;
/** Enough of the log to see what went wrong. */
const TAIL_LENGTH = 2000;

/** What came of it. */
export interface Detached {
  readonly pid: number;
  /** False when it was not heard of in time; it may still come up. */
  readonly isReady: boolean;
}

/**
 * Starts the same command again as a process of its own, without a terminal; resolves when it is ready.
 * @param argv - the arguments of this process, without node and script
 * @throws {CommandFailedError} with the end of the log when it ended instead
 */
export async function detach(argv: readonly string[], options: DaemonOptions, node: string): Promise<Detached> {
  const log = options.logfile === undefined ? undefined : new LogFile(filePattern(options.logfile, node));
  const output = log?.descriptor ?? openSync('/dev/null', 'a');
  const launcher = process.argv[1] ?? fileURLToPath(new URL('../../bin/celeriac.js', import.meta.url));
  const child = spawn(options.executable ?? process.execPath, [...process.execArgv, launcher, ...argv], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: detachedEnvironment(process.env),
  });
  closeSync(output);
  const isReady = await new Promise<boolean>((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), READY_MS);
    child.once('message', () => resolve(true));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(endedEarly(code, signal, log?.path)));
    child.once('message', () => clearTimeout(timer));
    child.once('exit', () => clearTimeout(timer));
  });
  child.removeAllListeners();
  if (child.connected) child.disconnect();
  child.unref();
  return { pid: child.pid!, isReady };
}

function endedEarly(code: number | null, signal: NodeJS.Signals | null, logfile: string | undefined): Error {
  const tail = logfile === undefined ? '' : readFileSync(logfile, 'utf8').slice(-TAIL_LENGTH).trim();
  const hint = logfile === undefined ? 'Give it a --logfile, or run it without --detach to see why.' : tail;
  return new CommandFailedError('detach', `The process ended before it was ready (${signal ?? `exit code ${code}`}).`, {
    hint,
  });
}
