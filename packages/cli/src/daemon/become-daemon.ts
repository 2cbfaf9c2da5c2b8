import { execFileSync } from 'node:child_process';
import { UsageError } from '../cli-error.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { filePattern } from './file-pattern.ts';
import { LogFile } from './log-file.ts';
import { PidFile } from './pid-file.ts';

/** What a process holds on to while it is a daemon. */
export interface Daemon {
  /** Tells whoever detached it that it is ready. */
  ready(): void;
  /** Gives the pid file back. */
  end(): void;
}

/**
 * Takes the pid file, lets the log go to its file, then becomes another user: in this order, since those files may be
 * the first user's.
 * @param node - the worker's name
 * @throws {PidFileError} | {UsageError}
 * @see celery/platforms.py detached, maybe_drop_privileges
 */
export function becomeDaemon(options: DaemonOptions, node: string): Daemon {
  const { pidfile, logfile, umask } = options;
  if (umask !== undefined) process.umask(umask);
  const pid = pidfile === undefined ? undefined : PidFile.take(filePattern(pidfile, node));
  try {
    if (logfile !== undefined) new LogFile(filePattern(logfile, node)).takeOver();
    dropPrivileges(options);
  } catch (error) {
    pid?.release();
    throw error;
  }
  return {
    ready: () => {
      if (process.send === undefined) return;
      process.send('ready', () => process.disconnect());
    },
    end: () => pid?.release(),
  };
}

/** Group and groups first: they cannot be changed as the other user. Without a group, those of the user. */
function dropPrivileges({ uid, gid }: DaemonOptions): void {
  become('--gid', gid, (id) => {
    process.setgid?.(id);
    process.setgroups?.([process.getgid?.() ?? id]);
  });
  become('--uid', uid, (id) => {
    if (process.getuid?.() === 0) {
      if (gid === undefined) process.setgid?.(primaryGroup(id));
      (process as Initgroups).initgroups?.(id, process.getgid?.() ?? 0);
    }
    process.setuid?.(id);
  });
}

/** @throws where there is no such user */
function primaryGroup(user: string | number): number {
  const words = execFileSync('id', ['-g', String(user)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return Number(words.trim());
}

/** Missing in the types of Node. */
interface Initgroups {
  readonly initgroups?: (user: string | number, extraGroup: string | number) => void;
}

function idOf(id: string): string | number {
  return /^\d+$/.test(id) ? Number(id) : id;
}

function become(option: string, id: string | undefined, change: (id: string | number) => void): void {
  if (id === undefined) return;
  try {
    change(idOf(id));
  } catch (error) {
    throw new UsageError(option, `${option}: this process cannot become ${id} (${(error as Error).message}).`, {
      cause: error,
    });
  }
}
