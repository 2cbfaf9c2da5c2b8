// A worker process of the fleet: says "ready" over IPC, ends on SIGTERM.
import { Worker } from '@celeriac/worker';
import { app } from './fleet-app.ts';

const worker = new Worker(app, { pool: 'async', concurrency: Number(process.argv[2] ?? 4) });
await worker.start(new AbortController().signal);
process.send?.('ready');
process.once('SIGTERM', async () => {
  await worker.stop(10_000);
  await app.close();
  process.disconnect?.();
});
