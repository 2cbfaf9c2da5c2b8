import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A running process and the one that started it. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
}

/** The process and everything it started that is still running, parents first. */
export function processTree(root: number, rows: readonly ProcessRow[] = runningProcesses()): readonly number[] {
  const found = rows.some((row) => row.pid === root) ? [root] : [];
  const tree = [root];
  for (let at = 0; at < tree.length; at += 1) {
    const children = rows.filter((row) => row.parent === tree[at] && !tree.includes(row.pid)).map((row) => row.pid);
    tree.push(...children);
    found.push(...children);
  }
  return found;
}

/** Those of the processes that are running. */
export function stillRunning(pids: readonly number[]): readonly number[] {
  if (pids.length === 0) return [];
  const running = new Set(runningProcesses().map((row) => row.pid));
  return pids.filter((pid) => running.has(pid));
}

/** Sends a signal to each of the processes; those that are gone do not matter. */
export function signalProcesses(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Every process of this machine, without those that have ended and wait to be collected. */
function runningProcesses(): readonly ProcessRow[] {
  if (process.platform !== 'linux') return parseProcessList(execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=']));
  return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? readProcess(entry) : []));
}

function readProcess(pid: string): readonly ProcessRow[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // `pid (name) state parent …`; the name may hold anything, so count from its closing bracket.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  } catch {
    // It ended between the listing and the reading.
    return [];
  }
}

/** Reads lines of process id, parent's id and state, as `ps` writes them. */
export function parseProcessList(output: Buffer): readonly ProcessRow[] {
  return output
    .toString('latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([pid, , state]) => pid !== '' && !state?.startsWith('Z'))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}
