import { workerData } from 'node:worker_threads';
import type { ParentWatchData } from './parent-watch.ts';

const { parentPid, everyMs } = workerData as ParentWatchData;

// An orphan gets a new parent. SIGKILL, since the main thread may be the one that never comes back.
setInterval(() => {
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
}, everyMs);
