import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';

const PID_FILE = 'running.pids';

// Waits for the end of its input, which comes when this process closes it or ends in whatever way. Whatever is then
// listed is killed, and the folder goes. The list is tiny and replaced in one write.
const SCRIPT = `
trap '' HUP INT TERM
cat >/dev/null
for pid in $(cat "$1/${PID_FILE}" 2>/dev/null); do kill -KILL "$pid" "-$pid" 2>/dev/null; done
[ ! -d "$1" ] || rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`;

/** Sees to it that the processes of a service end with this one, even if this one is killed. */
export interface Keeper {
  /** Names the processes that are running now. */
  note(pids: readonly number[]): void;
  /** Ends what is noted, removes the folder, and comes back when that is done. */
  close(): Promise<void>;
}

/** Starts a keeper for the processes of a service and its folder. */
export function startKeeper(folder: string): Keeper {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'keeper', folder], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  (child.stdin as Socket).unref();
  const ended = once(child, 'exit');
  let isClosed = false;
  return {
    note: (pids) => {
      if (!isClosed) writeFileSync(join(folder, PID_FILE), pids.join('\n'));
    },
    close: async () => {
      isClosed = true;
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
