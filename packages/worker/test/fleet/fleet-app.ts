import { appendFileSync } from 'node:fs';
import { Celeriac } from '@celeriac/core';
import { fleetOptions } from './fleet-options.ts';

/** Served by every process of the fleet; broker, store and options come from the environment. */
export const app = new Celeriac('fleet', {
  ...fleetOptions(process.env),
  taskAcksLate: true,
});

/** Writes down that it ran, and where. O_APPEND keeps lines of several processes apart. */
export const mark = app.task('fleet.mark', async (id: number, ledger: string, workMs: number): Promise<number> => {
  if (workMs > 0) await new Promise((resolve) => setTimeout(resolve, workMs));
  appendFileSync(ledger, `${id} ${process.pid}\n`);
  return id;
});

/** Never yields for a while, as a heavy computation would. */
export const block = app.task('fleet.block', (ledger: string, workMs: number): string => {
  appendFileSync(ledger, `start ${process.pid}\n`);
  const end = Date.now() + workMs;
  while (Date.now() < end);
  appendFileSync(ledger, `end ${process.pid}\n`);
  return 'done';
});

/** When it started, in milliseconds of the clock that all processes of a machine share. */
app.task('fleet.start', (): number => Number(process.hrtime.bigint()) / 1e6);
