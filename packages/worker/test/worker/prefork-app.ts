import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { Celeriac, checkLimits } from '@celeriac/core';

const hoard: Buffer[] = [];

/** Tasks that do to their process what tasks can do. */
export function defineTasks(target: Celeriac): void {
  const late = { acksLate: true, rejectOnWorkerLost: true };
  target.task('pool.add', { parameters: ['x', 'y'] }, (x: number, y: number) => x + y);
  target.task('pool.pid', { trackStarted: true }, () => process.pid);
  target.task('pool.sleep', async (ms: number) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return process.pid;
  });
  target.task('pool.echo', (value: unknown) => value);
  target.task('pool.boom', (): never => {
    throw new RangeError('boom');
  });
  target.task('pool.again', { bind: true }, (context): number => {
    if (context.request.retries < 2) context.retry({ countdown: 0 });
    return context.request.retries;
  });
  target.task('pool.kill', (signal: string): void => void process.kill(process.pid, signal));
  target.task('pool.exit', (code: number): void => process.exit(code));
  target.task('pool.abort', (): void => process.abort());
  target.task(
    'pool.throwLater',
    () =>
      new Promise(() =>
        setTimeout(() => {
          throw new Error('thrown in a timer');
        }, 1),
      ),
  );
  target.task('pool.rejectLater', async () => {
    void Promise.reject(new Error('rejected and forgotten'));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  });
  target.task('pool.allocate', () => {
    const hoard: unknown[] = [];
    for (;;) hoard.push(Array.from({ length: 1000 }, () => Math.random()));
  });
  target.task('pool.unsendable', () => ({ run: () => 1 }) as unknown);
  target.task('pool.lateKill', late, (ledger: string): void => {
    appendFileSync(ledger, `${process.pid}\n`);
    process.kill(process.pid, 'SIGKILL');
  });
  target.task(
    'pool.killOnce',
    { acksLate: true, rejectOnWorkerLost: true, bind: true },
    (context, ledger: string): string => {
      appendFileSync(ledger, `${context.request.deliveryInfo.redelivered}\n`);
      if (!context.request.deliveryInfo.redelivered) process.kill(process.pid, 'SIGKILL');
      return 'survived';
    },
  );
  const block = (ms: number): number => {
    const end = Date.now() + ms;
    while (Date.now() < end);
    return process.pid;
  };
  target.task('pool.block', block);
  target.task('pool.blockShort', { timeLimit: 1 }, block);
  target.task('pool.lateBlock', { acksLate: true }, block);
  defineLimited(target);
}

/** Tasks that heed their soft limit, or do not. */
function defineLimited(target: Celeriac): void {
  target.task('pool.heed', { bind: true, softTimeLimit: 0.5 }, async (context, ms: number): Promise<string> => {
    try {
      await sleep(ms, undefined, { signal: context.signal });
    } catch {
      return `told: ${(context.signal.reason as Error).constructor.name}`;
    }
    return 'slept';
  });
  target.task('pool.passOn', { bind: true, softTimeLimit: 0.5 }, (context, ms: number) =>
    sleep(ms, 'slept', { signal: context.signal }),
  );
  target.task('pool.compute', { softTimeLimit: 0.5 }, (ms: number): string => {
    const end = Date.now() + ms;
    try {
      while (Date.now() < end) checkLimits();
    } catch (error) {
      checkLimits();
      return (error as Error).constructor.name;
    }
    return 'computed';
  });
  target.task('pool.deaf', { bind: true, softTimeLimit: 0.5, timeLimit: 1 }, async (context): Promise<void> => {
    await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
    await sleep(60_000);
  });
  target.task('pool.mark', (ledger: string, index: number): void =>
    appendFileSync(ledger, `${index} ${process.pid}.${threadId}\n`),
  );
  target.task('pool.count', (to: number): number => {
    let sum = 0;
    for (let at = 0; at < to; at++) sum = (sum * 31 + at) | 0;
    return sum;
  });
  target.task('pool.hoard', (mib: number): number => {
    hoard.push(Buffer.alloc(mib * 1024 * 1024, 1));
    return process.pid;
  });
}

/** Only a pool process imports this module as its app. */
export const app = new Celeriac('pool', { configFile: false, environment: {} });
defineTasks(app);

const ledger = process.env['PREFORK_LEDGER'];
if (ledger !== undefined) {
  app.signals.workerProcessInit.connect(({ hostname }) => appendFileSync(ledger, `init ${process.pid} ${hostname}\n`));
  app.signals.workerProcessShutdown.connect(({ exitCode }) =>
    appendFileSync(ledger, `shutdown ${process.pid} ${exitCode}\n`),
  );
}
