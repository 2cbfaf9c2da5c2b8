import type { AppRuntime } from '@celeriac/core/internal';
import type { Delivery } from '@celeriac/transport';
import type { Concluder } from './conclude/concluder.ts';
import { giveBack } from './conclude/give-back.ts';
import type { StartReporter } from './conclude/start-reporter.ts';
import type { PoolLoad } from './hold/pool-load.ts';
import type { Suspects } from './hold/suspects.ts';
import type { WaitingTasks } from './hold/waiting-tasks.ts';
import type { Pool } from './pool/pool.ts';
import { workerLost } from './pool/worker-lost.ts';

/** What giving tasks back takes. */
export interface SurrenderParts {
  readonly runtime: AppRuntime;
  readonly pool: Pool;
  readonly waiting: WaitingTasks;
  readonly load: PoolLoad;
  readonly suspects: Suspects;
  readonly starts: StartReporter;
  readonly concluder: Concluder;
}

const COLD_SHUTDOWN = 'Worker exited prematurely: cold shutdown.';

/** Tasks that this worker gives up before they have ended here: at its own end, or with a connection. */
export class Surrender {
  readonly #parts: SurrenderParts;
  /** Messages on their way back. */
  #returning = 0;
  #allBack: PromiseWithResolvers<void> | undefined;

  constructor(parts: SurrenderParts) {
    this.#parts = parts;
  }

  /** Messages on their way back to the broker. */
  get returning(): number {
    return this.#returning;
  }

  /** Gives back what has not started. Resolves when the broker has everything that was ever given back. */
  async returnWaiting(): Promise<void> {
    const { pool, waiting } = this.#parts;
    await pool.recall?.();
    for (const delivery of waiting.removeAll()) void this.giveBack(delivery);
    if (this.#returning === 0) return;
    this.#allBack ??= Promise.withResolvers<void>();
    await this.#allBack.promise;
  }

  /** Forgets what has not started, since the broker has taken it back: all, or what is not held any more. */
  forgetWaiting(all: boolean): void {
    const { waiting } = this.#parts;
    if (!all) waiting.removeLost();
    else {
      waiting.removeAll();
      this.#orphan();
    }
  }

  /** Gives up what runs: unacknowledged messages go back, the others become failures. Resolves when the broker knows. */
  async abandonRunning(): Promise<void> {
    const { load, suspects, concluder } = this.#parts;
    const running = load.clear();
    for (const received of running) {
      received.abandoned = true;
      if (received.acknowledged) concluder.end(received, workerLost(COLD_SHUTDOWN, 0));
    }
    const unsettled = running.filter((received) => !received.acknowledged);
    // Given up on purpose: that does not count against them.
    for (const received of unsettled) suspects.clear(received);
    await Promise.all(unsettled.map(({ delivery }) => this.giveBack(delivery)));
  }

  /**
   * Stops running tasks whose messages are not acknowledged: they come again, here or elsewhere. Their state is RETRY until
   * then.
   * @see celery/worker/request.py Request.cancel
   */
  cancelRunning(why: string): void {
    const { pool, load, suspects, starts } = this.#parts;
    const late = Array.from(load.running).filter(({ acknowledged }) => !acknowledged);
    for (const received of late) {
      received.abandoned = true;
      load.ended(received);
      suspects.clear(received);
      pool.terminateTask?.(received, 'SIGTERM');
      void starts.reportCancelled(received, why).then(() => {
        return received.delivery.held ? this.giveBack(received.delivery) : undefined;
      });
    }
  }

  /** One message. Never rejects. */
  async giveBack(delivery: Delivery): Promise<void> {
    this.#returning++;
    await giveBack(delivery, this.#parts.runtime.logger);
    if (--this.#returning > 0) return;
    this.#allBack?.resolve();
    this.#allBack = undefined;
  }

  /** Messages of running tasks come again while these run. */
  #orphan(): void {
    const { load, runtime } = this.#parts;
    load.orphan();
    if (runtime.settings.workerCancelLongRunningTasksOnConnectionLoss)
      this.cancelRunning('the connection to the broker was lost');
  }
}
