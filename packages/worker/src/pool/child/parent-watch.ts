import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const EVERY_MS = 500;

/** The file descriptor on which the parent takes tasks back. */
export const RECALL_FD = 4;

/** What the watching thread is started with. */
export interface ParentWatchData {
  readonly parentPid: number;
  readonly everyMs: number;
  readonly claims: SharedArrayBuffer;
}

/**
 * Starts a thread of its own that ends this process when its parent dies, and hands back tasks that have not started when the
 * parent wants them: a task that computes without a pause would keep this thread from seeing either.
 */
export function watchParent(claims: SharedArrayBuffer): void {
  const extension = extname(fileURLToPath(import.meta.url));
  const workerData: ParentWatchData = { parentPid: process.ppid, everyMs: EVERY_MS, claims };
  const thread = new Worker(new URL(`./parent-watch-thread${extension}`, import.meta.url), {
    workerData,
    name: 'celeriac-parent-watch',
    stdin: false,
  });
  thread.unref();
}
