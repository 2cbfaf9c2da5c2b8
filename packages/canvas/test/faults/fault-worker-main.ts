// A worker process that a test kills: says "ready" over IPC.
import { Worker } from '@celeriac/worker';
import { app } from './fault-app.ts';

const worker = new Worker(app, { pool: 'async', concurrency: 10, prefetchMultiplier: 2 });
await worker.start(new AbortController().signal);
process.send?.('ready');
process.once('disconnect', () => process.exit());
