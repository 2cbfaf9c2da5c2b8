import type { Celeriac } from '@celeriac/core';
import { Worker } from '@celeriac/worker';
import type { Workers } from './workers.ts';

/** Runs one worker for each app inside this process: what `memory://` needs, since its messages never leave it. */
export async function startInProcess(apps: readonly Celeriac[]): Promise<Workers> {
  const workers = apps.map((app) => new Worker(app, { pool: 'async', concurrency: 8 }));
  await Promise.all(workers.map((worker) => worker.start(new AbortController().signal)));
  return {
    description: 'inside this process, since memory:// does not leave it',
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop(5_000)));
    },
  };
}
