import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock, Logger, Timer } from '@celeriac/protocol';
import type { LeaseThreadCommand, LeaseThreadData, LeaseThreadReport } from './lease-thread-protocol.ts';
import type { LeaseThread } from './queue-store.ts';

/** How long a thread may take to close its renewer. */
const CLOSE_MS = 2000;
const LONGEST_RESTART_MS = 32_000;
/** It renews, and nothing else: without a limit V8 gives it as much as a program of its own. */
const YOUNG_MB = 2;

export interface LeaseThreadHostOptions {
  readonly leaseMs: number;
  readonly thread: LeaseThread;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the thread renews: true from its start, false when it has crashed. */
  readonly onHealth: (renewing: boolean) => void;
  readonly onLost: (reason: string) => void;
}

/** Keeps the thread that renews leases running; restarts it when it crashes. */
export class LeaseThreadHost {
  readonly #options: LeaseThreadHostOptions;
  #worker: Worker | undefined;
  #restart: Timer | undefined;
  #crashes = 0;
  #closed = false;

  constructor(options: LeaseThreadHostOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#worker !== undefined || this.#restart !== undefined || this.#closed) return;
    const { thread, leaseMs } = this.#options;
    const workerData: LeaseThreadData = { module: thread.module.href, options: thread.options, leaseMs };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    const worker = new Worker(entryUrl(), { workerData, resourceLimits, name: 'celeriac-leases' });
    worker.unref();
    this.#worker = worker;
    let reason: unknown = 'it ended';
    worker.on('message', (report: LeaseThreadReport) => this.#receive(report));
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', () => this.#ended(worker, reason));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#restart?.cancel();
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const deadline = setTimeout(() => void worker.terminate(), CLOSE_MS);
    worker.postMessage('close' satisfies LeaseThreadCommand);
    await ended;
    clearTimeout(deadline);
  }

  #receive(report: LeaseThreadReport): void {
    if (this.#closed) return;
    const { logger, onHealth, onLost } = this.#options;
    switch (report.kind) {
      case 'ready':
        this.#crashes = 0;
        onHealth(true);
        break;
      case 'trouble':
        logger.warning('Leases could not be renewed, trying again', { error: report.reason });
        break;
      case 'lost':
        onLost(report.reason);
        break;
    }
  }

  #ended(worker: Worker, reason: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#crashes++;
    const delayMs = Math.min(LONGEST_RESTART_MS, 1000 * this.#crashes);
    this.#options.logger.error('The thread that renews leases ended, starting another', { error: reason, delayMs });
    this.#options.onHealth(false);
    this.#restart = this.#options.clock.setTimer(delayMs, () => this.#startAgain(), { ref: false });
  }

  #startAgain(): void {
    this.#restart = undefined;
    this.start();
  }
}

/** The entry beside this file: `.ts` when run from source, `.js` when built. */
function entryUrl(): URL {
  return new URL(`./lease-thread-entry${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
}
