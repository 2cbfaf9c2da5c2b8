import type { Command } from 'commander';
import { UsageError } from '../cli-error.ts';
import type { ParsedOptions } from '../definitions/define.ts';
import { takeDetachedMark } from './detached-mark.ts';

/** How a long-running command lives as a process of the system. */
export interface DaemonOptions {
  /** Still to be done: false in the process that was started so. */
  readonly detach: boolean;
  /** Patterns, see `filePattern`. */
  readonly pidfile: string | undefined;
  readonly logfile: string | undefined;
  /** Name or number. */
  readonly uid: string | undefined;
  readonly gid: string | undefined;
  readonly umask: number | undefined;
  /** Program that a detached process is run with. */
  readonly executable: string | undefined;
}

/** Adds the options of a daemon to a command. @see celery/bin/base.py CeleryDaemonCommand */
export function addDaemonOptions(command: Command): Command {
  return command
    .option('-D, --detach', 'run in the background; returns when it is ready')
    .option('-f, --logfile <path>', 'append the log to this file; %n = name, %h = host, %p = both, %I = pool process')
    .option('--pidfile <path>', 'write the process id here, and refuse to start when it runs already')
    .option('--uid <user>', 'user to run as, by name or number')
    .option('--gid <group>', 'group to run as, by name or number')
    .option('--umask <octal>', 'file mode mask')
    .option('--executable <path>', 'node to run the detached process with');
}

/** @throws {UsageError} naming the option at fault */
export function readDaemonOptions(options: ParsedOptions): DaemonOptions {
  const text = (name: string): string | undefined => options[name] as string | undefined;
  return {
    detach: !takeDetachedMark(process.env) && options['detach'] === true,
    pidfile: text('pidfile'),
    logfile: text('logfile'),
    uid: text('uid'),
    gid: text('gid'),
    umask: umaskOf(text('umask')),
    executable: text('executable'),
  };
}

function umaskOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^[0-7]{1,4}$/.test(value)) return Number.parseInt(value, 8);
  throw new UsageError('--umask', '--umask must be an octal number such as 022.');
}
