import { type AppOwner, runtimeOf } from '@celeriac/core/internal';
import { Worker, type WorkerOptions, type WorkerStats } from '@celeriac/worker';

/** Settings of {@link EmbeddedWorker}. */
export interface EmbeddedWorkerOptions extends Pick<WorkerOptions, 'concurrency' | 'queues' | 'hostname'> {
  /** Milliseconds that running tasks may take to end when the worker is stopped. Default 10,000. */
  readonly shutdownTimeoutMs?: number;
  /** Milliseconds in which the worker must have begun to read. Default 10,000. */
  readonly startTimeoutMs?: number;
}

const PATIENCE_MS = 10_000;

/**
 * Runs an app's tasks in this process on the app's own broker and result store: for tests of what only a real broker
 * does. It tells other workers nothing. Where time is to be moved, or nothing is to be installed, take `TestWorker`.
 * @see celery/contrib/testing/worker.py start_worker
 */
export class EmbeddedWorker implements AsyncDisposable {
  readonly #app: AppOwner;
  readonly #worker: Worker;
  readonly #shutdownTimeoutMs: number;

  /**
   * Resolves when messages are being read.
   * @throws what {@link Worker.start} throws; an `AbortError` after `startTimeoutMs`
   */
  static async start(app: AppOwner, options: EmbeddedWorkerOptions = {}): Promise<EmbeddedWorker> {
    const { shutdownTimeoutMs = PATIENCE_MS, startTimeoutMs = PATIENCE_MS, ...rest } = options;
    const worker = new Worker(app, {
      pool: 'async',
      withoutGossip: true,
      withoutMingle: true,
      withoutHeartbeat: true,
      ...rest,
    });
    await worker.start(AbortSignal.timeout(startTimeoutMs));
    return new EmbeddedWorker(app, worker, shutdownTimeoutMs);
  }

  private constructor(app: AppOwner, worker: Worker, shutdownTimeoutMs: number) {
    this.#app = app;
    this.#worker = worker;
    this.#shutdownTimeoutMs = shutdownTimeoutMs;
  }

  /** The worker's node name. */
  get hostname(): string {
    return this.#worker.hostname;
  }

  stats(): WorkerStats {
    return this.#worker.stats();
  }

  /** Ends the worker and closes the app's connections; the app can be used again. May be called repeatedly. */
  async stop(): Promise<void> {
    await this.#worker.stop(this.#shutdownTimeoutMs);
    await runtimeOf(this.#app).close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
