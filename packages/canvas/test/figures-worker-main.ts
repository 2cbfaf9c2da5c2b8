// The worker of the figures: says "ready" over IPC, and ends with its parent.
import { Worker } from '@celeriac/worker';
import { app } from './figures-app.ts';

const worker = new Worker(app, { pool: 'async', concurrency: 100 });
await worker.start(new AbortController().signal);
process.send?.('ready');
process.once('disconnect', () => process.exit());
