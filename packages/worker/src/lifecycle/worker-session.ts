import type { AppRuntime } from '@celeriac/core/internal';
import { isCeleriacError, systemClock } from '@celeriac/protocol';
import { ConclusionPerformer } from '../conclude/perform-conclusion.ts';
import { RunCounter } from '../hold/run-counter.ts';
import { TaskConsumer } from '../intake/consumer.ts';
import { prefetchCount } from '../intake/prefetch-count.ts';
import { Pipeline } from '../pipeline.ts';
import type { Pool, PoolHost } from '../pool/pool.ts';
import { QuarantineWriter } from '../quarantine/quarantine-writer.ts';
import type { Counters } from '../request/counters.ts';
import { createPool } from './create-pool.ts';
import type { ResolvedWorkerOptions } from './worker-options.ts';

/** How long broker and store may take to hear of abandoned tasks. */
const ABANDON_MS = 1000;
/** How long closing the connection may take. */
const CLOSE_MS = 500;
/** How long waiting messages may take to get back. */
const RETURN_MS = 1000;

/** What one life of a worker is made of. */
export interface WorkerSessionParts {
  readonly runtime: AppRuntime;
  readonly options: ResolvedWorkerOptions;
  readonly counters: Counters;
  /** It cannot go on by itself: the broker stays away, for instance. */
  readonly onFailed: (error: Error) => void;
}

/** One life of a worker, from its start to its stop. */
export class WorkerSession {
  readonly pipeline: Pipeline;
  readonly #parts: WorkerSessionParts;
  readonly #consumer: TaskConsumer;
  readonly #quarantine: QuarantineWriter;

  constructor(parts: WorkerSessionParts) {
    const { runtime, options, counters } = parts;
    this.#parts = parts;
    const guard = runtime.openReader();
    this.#quarantine = new QuarantineWriter({ runtime, transport: () => guard.acquire() });
    const performer = new ConclusionPerformer({
      runtime,
      quarantine: this.#quarantine,
      joint: () => this.#consumer.transport?.joint,
    });
    this.pipeline = new Pipeline({
      runtime,
      hostname: options.hostname,
      makePool: (host: PoolHost): Pool => createPool(runtime, options, host),
      performer,
      runs: new RunCounter(() => runtime.backend(), runtime.logger),
      counters,
      onHeld: () => this.#consumer.updatePrefetch(),
    });
    this.#consumer = new TaskConsumer({
      guard,
      queues: runtime.queues(options.queues, options.excludeQueues),
      prefetch: () => prefetchCount(options.concurrency, options.prefetchMultiplier, this.pipeline.held),
      onDeliveries: (deliveries) => this.pipeline.receive(deliveries),
      onLost: (all) => this.pipeline.forgetWaiting(all),
      onFailed: parts.onFailed,
      logger: runtime.logger,
      clock: runtime.clock,
    });
  }

  /** @throws what the pool, the broker or the result store's configuration says; everything is closed then */
  async start(signal: AbortSignal): Promise<void> {
    const started = [this.pipeline.pool.start(signal), this.#connectBackend()];
    try {
      await Promise.all(started);
      signal.throwIfAborted();
      await this.#consumer.start(signal);
      this.#warnOfMemory();
    } catch (error) {
      await Promise.allSettled(started);
      this.pipeline.close();
      await Promise.all([this.pipeline.pool.terminate(), this.#consumer.stop(), this.#consumer.close(CLOSE_MS)]);
      throw error;
    }
  }

  /**
   * Lets running tasks end, gives everything else back.
   * @param impatience - aborted when running tasks must be given up
   */
  async stop(impatience: AbortSignal): Promise<void> {
    const { pipeline } = this;
    pipeline.close();
    await within(RETURN_MS, this.#returnWaiting());
    await Promise.race([pipeline.whenIdle(), aborted(impatience)]);
    if (pipeline.isIdle) await pipeline.pool.stop();
    else await this.#abandon();
    await within(CLOSE_MS, this.#quarantine.idle());
    await this.#consumer.close(CLOSE_MS);
  }

  #warnOfMemory(): void {
    const { runtime, options } = this.#parts;
    const transport = this.#consumer.transport;
    const isMemory = transport?.name === 'memory' && !transport.capabilities.durable;
    if (options.pool !== 'prefork' || !isMemory) return;
    runtime.logger.warning(
      'The broker memory:// stays inside one process: what tasks send from the processes of the pool "prefork" reaches ' +
        'no worker. Use sqlite:///queue.db, or the pool "async".',
    );
  }

  async #returnWaiting(): Promise<void> {
    await this.#consumer.stop();
    await this.pipeline.returnWaiting();
  }

  async #abandon(): Promise<void> {
    await this.pipeline.pool.terminate();
    await within(ABANDON_MS, this.pipeline.abandonRunning());
  }

  /** A store that is away will be back; one that cannot be is found now. */
  async #connectBackend(): Promise<void> {
    const { runtime } = this.#parts;
    try {
      await runtime.backend();
    } catch (error) {
      if (!isCeleriacError(error, 'CLR_BACKEND_UNAVAILABLE')) throw error;
      runtime.logger.warning(`The result store is not available yet: ${error.message}`);
    }
  }
}

/** Resolves with the work, or after the time that it may take. */
async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.setTimer(limitMs, resolve);
  await Promise.race([work, promise]);
  timer.cancel();
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
