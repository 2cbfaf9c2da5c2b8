// A worker process as the command line runs it: says "ready" over IPC, ends by signals, exits with the code.
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { runWorker } from '@celeriac/worker';

const ledger = process.env['LEDGER'] ?? '';
const pool = (process.env['POOL'] ?? 'async') as 'async' | 'prefork';

const maxTasksPerChild = process.env['MAX_TASKS_PER_CHILD'];

export const app = new Celeriac('run', { configFile: false, logLevel: 'warning' });

app.task('run.sleep', { acksLate: true }, async (ms: number): Promise<string> => {
  appendFileSync(ledger, `start ${process.pid}\n`);
  await new Promise((resolve) => setTimeout(resolve, ms));
  appendFileSync(ledger, `end ${process.pid}\n`);
  return 'slept';
});
app.task('run.early', { trackStarted: true }, async (ms: number): Promise<void> => {
  appendFileSync(ledger, `start ${process.pid}\n`);
  await new Promise((resolve) => setTimeout(resolve, ms));
});
app.task('run.due', { ignoreResult: true }, (dueMs: number): void => {
  appendFileSync(ledger, `due ${Date.now() - dueMs}\n`);
});
app.task('run.noop', { ignoreResult: true }, (): void => {});
app.task('run.throwLater', async () => {
  setTimeout(() => {
    throw new Error('thrown in a timer');
  }, 10);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return 'done nevertheless';
});
app.task('run.killWorker', { acksLate: true }, (): void => {
  appendFileSync(ledger, `poison ${process.pid}\n`);
  process.kill(pool === 'async' ? process.pid : process.ppid, 'SIGKILL');
});

if (process.argv[1] === fileURLToPath(import.meta.url) && process.env['RUN_CHILD'] !== String(process.ppid)) {
  process.env['RUN_CHILD'] = String(process.pid);
  const code = await runWorker(app, {
    pool,
    concurrency: 4,
    appModule: import.meta.url,
    procAliveTimeoutMs: 120_000,
    ...(maxTasksPerChild !== undefined && { maxTasksPerChild: Number(maxTasksPerChild) }),
    onReady: () => process.send?.('ready'),
  });
  process.exit(code);
}
