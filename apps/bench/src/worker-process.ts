import { Worker } from '@celeriac/worker';
import { app } from './noop-app.ts';

const worker = new Worker(app, { pool: 'async', concurrency: 100 });
await worker.start(new AbortController().signal);
process.send?.('ready');
process.once('SIGTERM', async () => {
  await worker.stop(5_000);
  await app.close();
  process.disconnect?.();
});
