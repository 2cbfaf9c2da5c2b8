import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const EVERY_MS = 500;

/** What the watching thread is started with. */
export interface ParentWatchData {
  readonly parentPid: number;
  readonly everyMs: number;
}

/**
 * Ends this process when its parent dies, from a thread of its own: a task that computes without a pause would never
 * see the closed channel.
 */
export function watchParent(): void {
  const extension = extname(fileURLToPath(import.meta.url));
  const workerData: ParentWatchData = { parentPid: process.ppid, everyMs: EVERY_MS };
  const thread = new Worker(new URL(`./parent-watch-thread${extension}`, import.meta.url), {
    workerData,
    name: 'celeriac-parent-watch',
    stdin: false,
  });
  thread.unref();
}
