import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseThreadReport } from './lease-thread-protocol.ts';
import type { LeaseRenewer } from './queue-store.ts';

/** Longest pause after a failed renewal, and between reports of the same trouble. */
const RETRY_MS = 1000;

/**
 * Renews every third of the lease. A renewal that fails or hangs is no loss yet: it is tried again until the lease has
 * run out. Real time throughout, since the broker's lease does not follow a test's clock either.
 */
export class ThreadRenewal {
  readonly #renewer: LeaseRenewer;
  readonly #leaseMs: number;
  readonly #report: (message: LeaseThreadReport) => void;
  readonly #closing: AbortController = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(renewer: LeaseRenewer, leaseMs: number, report: (message: LeaseThreadReport) => void) {
    this.#renewer = renewer;
    this.#leaseMs = leaseMs;
    this.#report = report;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    await this.#renewer.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    this.#report({ kind: 'ready' });
    let renewedAt = performance.now();
    let troubled = false;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const trouble = await this.#renewOnce();
      if (trouble === undefined) {
        renewedAt = startedAt;
        troubled = false;
        await pause(this.#leaseMs / 3, signal);
        continue;
      }
      const lost = trouble.lost || performance.now() - renewedAt >= this.#leaseMs;
      if (lost) {
        this.#report({ kind: 'lost', reason: trouble.reason });
        renewedAt = performance.now();
      } else if (!troubled) {
        this.#report({ kind: 'trouble', reason: trouble.reason });
      }
      troubled = !lost;
      await pause(lost ? this.#leaseMs / 3 : Math.min(RETRY_MS, this.#leaseMs / 10), signal);
    }
  }

  /** @returns what went wrong, if anything did */
  async #renewOnce(): Promise<{ readonly reason: string; readonly lost: boolean } | undefined> {
    const patience = new AbortController();
    try {
      const hung = delay(this.#leaseMs / 3, 'hung' as const, { signal: patience.signal });
      hung.catch(() => {});
      const answer = await Promise.race([this.#renewer.renew(), hung]);
      if (answer === 'hung') return { reason: 'no answer from the broker', lost: false };
      return answer ? undefined : { reason: 'the lease had run out', lost: true };
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error), lost: false };
    } finally {
      patience.abort();
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
