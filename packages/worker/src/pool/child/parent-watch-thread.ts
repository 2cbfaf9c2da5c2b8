import { Socket } from 'node:net';
import { workerData } from 'node:worker_threads';
import { Claims } from './claims.ts';
import { type ParentWatchData, RECALL_FD } from './parent-watch.ts';
import { RecallLines } from './recall-lines.ts';

const { parentPid, everyMs, claims: buffer } = workerData as ParentWatchData;
const claims = new Claims(buffer);

// An orphan gets a new parent. SIGKILL, since the main thread may be the one that never comes back.
setInterval(() => {
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
}, everyMs);

const socket = new Socket({ fd: RECALL_FD, readable: true, writable: true });
const lines = new RecallLines((jobs) => socket.write(RecallLines.of(jobs.filter((job) => claims.take(job)))));
socket.on('data', (chunk: Buffer) => lines.read(chunk));
// The parent has ended, or is ending this process: the interval above, or its `stop`, deals with that.
socket.on('error', () => socket.destroy());
