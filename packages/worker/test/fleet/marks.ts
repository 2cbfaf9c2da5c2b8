import type { Celeriac } from '@celeriac/core';
import type { Fleet } from './fleet.ts';

/** Sends tasks that write down that they ran. */
export async function sendMarks(fleet: Fleet, count: number, workMs: number, countdown?: number) {
  const app: Celeriac = fleet.client();
  const ids = Array.from({ length: count }, (_, index) => index);
  const options = countdown === undefined ? {} : { countdown };
  const sent = ids.map((id) => app.sendTask<number>('fleet.mark', [id, fleet.ledger, workMs], options));
  return { app, results: await Promise.all(sent) };
}

/** Looks again and again, until `holds`. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
