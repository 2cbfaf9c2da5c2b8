import { appendFileSync } from 'node:fs';
import { Celeriac } from '@celeriac/core';

const options = JSON.parse(process.env['CANVAS_FAULTS'] ?? '{}') as { readonly ledger?: string } & object;
const { ledger = '/dev/null', ...settings } = options;

/** Served by worker processes that are killed; where it works comes from the environment. */
export const app = new Celeriac('faults', { configFile: false, environment: {}, logLevel: 'error', ...settings });

/** Takes a while, and gives back its number. */
export const member = app.task(
  'faults.member',
  { acksLate: true },
  async (n: number, workMs: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, workMs));
    appendFileSync(ledger, `member ${n}\n`);
    return n;
  },
);

/** Adds up, and writes down that it ran. */
export const body = app.task('faults.body', { acksLate: true }, (numbers: readonly number[]): number => {
  appendFileSync(ledger, 'body\n');
  return numbers.reduce((sum, n) => sum + n, 0);
});
