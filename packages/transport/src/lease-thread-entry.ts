// Runs in a worker thread: renews leases while tasks may keep the main thread busy.
import { parentPort, workerData } from 'node:worker_threads';
import type { LeaseThreadCommand, LeaseThreadData, LeaseThreadReport } from './lease-thread-protocol.ts';
import type { LeaseRenewer } from './queue-store.ts';
import { ThreadRenewal } from './thread-renewal.ts';

const data = workerData as LeaseThreadData;
const port = parentPort!;
const report = (message: LeaseThreadReport): void => port.postMessage(message);

const module = (await import(data.module)) as { renewer(options: unknown): LeaseRenewer | Promise<LeaseRenewer> };
const renewal = new ThreadRenewal(await module.renewer(data.options), data.leaseMs, report);
port.on('message', (command: LeaseThreadCommand) => {
  if (command === 'close') void renewal.close().finally(() => port.close());
});
renewal.start();
