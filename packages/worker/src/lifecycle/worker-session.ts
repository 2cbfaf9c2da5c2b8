import { type AppRuntime, type ConsumedQueues, workerDirect } from '@celeriac/core/internal';
import { systemClock } from '@celeriac/protocol';
import { ConclusionPerformer } from '../conclude/perform-conclusion.ts';
import { WorkerEvents } from '../events/worker-events.ts';
import type { RateLimits } from '../hold/rate-limits.ts';
import { RunCounter } from '../hold/run-counter.ts';
import { freeSlotCount, prefetchCount } from '../intake/prefetch-count.ts';
import { TaskReader } from '../intake/task-reader.ts';
import { TimeLimits } from '../limits/time-limits.ts';
import { Pipeline } from '../pipeline.ts';
import type { Pool, PoolHost } from '../pool/pool.ts';
import { QuarantineWriter } from '../quarantine/quarantine-writer.ts';
import type { Counters } from '../request/counters.ts';
import { Autoscaler, type AutoscalerParts } from '../scale/autoscaler.ts';
import { Blueprint } from './blueprint.ts';
import { createPool } from './create-pool.ts';
import { consumerSteps, workerSteps } from './default-steps.ts';
import { mostOf } from './pool-options.ts';
import { whileMoving, within } from './within.ts';
import { WorkerConsumer } from './worker-consumer.ts';
import type { WorkerInternals } from './worker-internals.ts';
import type { ResolvedWorkerOptions } from './worker-options.ts';

/** How long broker and store may take to hear of abandoned tasks. */
const ABANDON_MS = 1000;
/** How long the quarantine may take to be trimmed. */
const TRIM_MS = 500;
/** How long the broker may take none of the waiting messages back, and how long at all once the end is urgent. */
const RETURN_MS = 1000;

/** What one life of a worker is made of. */
export interface WorkerSessionParts {
  readonly runtime: AppRuntime;
  readonly options: ResolvedWorkerOptions;
  readonly counters: Counters;
  /** It cannot go on by itself: the broker stays away, for instance. */
  readonly onFailed: (error: Error) => void;
  /** It was told to end, by remote control for instance. */
  readonly onShutdown: (reason: string) => void;
}

/** One life of a worker, from its start to its stop: the steps of its blueprint. */
export class WorkerSession implements WorkerInternals {
  readonly runtime: AppRuntime;
  readonly options: ResolvedWorkerOptions;
  readonly pipeline: Pipeline;
  readonly quarantine: QuarantineWriter;
  readonly events: WorkerEvents;
  readonly consumer: WorkerConsumer;
  readonly blueprint: Blueprint<WorkerInternals>;
  readonly fail: (error: Error) => void;
  readonly shutDown: (reason: string) => void;
  readonly timeLimits: TimeLimits;
  readonly autoscaler: Autoscaler | undefined;
  readonly counters: Counters;
  readonly startedAtMs: number;

  /** @throws {StepError} when the bootsteps do not fit together */
  constructor({ runtime, options, counters, onFailed, onShutdown }: WorkerSessionParts) {
    this.runtime = runtime;
    this.options = options;
    this.fail = onFailed;
    this.shutDown = onShutdown;
    this.counters = counters;
    this.timeLimits = new TimeLimits({ soft: options.softTimeLimit, hard: options.timeLimit });
    this.startedAtMs = runtime.clock.monotonic();
    const guard = runtime.openReader();
    this.quarantine = new QuarantineWriter({ runtime, transport: () => guard.acquire() });
    this.events = new WorkerEvents({
      runtime,
      hostname: options.hostname,
      options,
      pulse: () => ({ active: this.pipeline.active, processed: counters.started }),
    });
    const events = this.events.dispatcher;
    const performer = new ConclusionPerformer({
      runtime,
      quarantine: this.quarantine,
      joint: () => this.consumer.connected?.joint,
      events,
    });
    this.pipeline = new Pipeline({
      runtime,
      hostname: options.hostname,
      makePool: (host: PoolHost): Pool => createPool(runtime, options, host),
      performer,
      events,
      runs: new RunCounter(() => runtime.backend(), runtime.logger),
      timeLimits: this.timeLimits,
      counters,
      onHeld: () => this.consumer.tasks.updatePrefetch(),
      onLoad: options.disablePrefetch ? () => this.consumer.tasks.updatePrefetch() : undefined,
    });
    this.autoscaler = this.#makeAutoscaler();
    const tasks = new TaskReader({
      queues: readQueues(runtime, options),
      prefetch: () => this.#prefetch(),
      onDeliveries: (deliveries) => this.pipeline.receive(deliveries),
      logger: runtime.logger,
    });
    this.consumer = new WorkerConsumer({ worker: this, guard, tasks, steps: consumerSteps(runtime.steps) });
    this.blueprint = new Blueprint('Worker', workerSteps(runtime.steps), runtime.logger);
  }

  get rateLimits(): RateLimits {
    return this.pipeline.rateLimits;
  }

  get stepInfo(): { readonly [step: string]: object } {
    return { ...this.blueprint.info(this), ...this.consumer.blueprint.info(this.consumer) };
  }

  get hostname(): string {
    return this.options.hostname;
  }

  /** @throws what a step throws: the pool, the broker, the result store's configuration; everything is closed then */
  async start(signal: AbortSignal): Promise<void> {
    try {
      await this.blueprint.start(this, signal);
      this.#warnOfMemory();
    } catch (error) {
      this.pipeline.close();
      await this.consumer.stop('terminate');
      await this.events.stop();
      throw error;
    }
  }

  /**
   * Lets running tasks end, gives everything else back.
   * @param impatience - aborted when running tasks must be given up
   */
  async stop(impatience: AbortSignal): Promise<void> {
    const { pipeline, blueprint } = this;
    pipeline.close();
    // Whatever takes its time must not keep an impatient end from coming.
    const patience = (): Promise<void> => aborted(impatience).then(() => pause(RETURN_MS));
    await Promise.race([blueprint.close(this), patience()]);
    // With the connection lost no step did.
    const returned = pipeline.returnWaiting();
    await Promise.race([whileMoving(RETURN_MS, returned, () => pipeline.returning), patience()]);
    await Promise.race([pipeline.whenIdle(), aborted(impatience)]);
    const isIdle = pipeline.isIdle;
    if (!isIdle) await this.#abandon();
    await within(TRIM_MS, this.quarantine.idle());
    await (isIdle ? blueprint.stop(this) : blueprint.terminate(this));
    await this.events.stop();
  }

  #prefetch(): number | undefined {
    const { options, pipeline, runtime, autoscaler } = this;
    const { pool, held, load } = pipeline;
    const { workerEtaTaskLimit: heldLimit, workerEnablePrefetchCountReduction: isReduced } = runtime.settings;
    if (options.disablePrefetch) {
      const { unsettled } = load;
      const waiting = pipeline.reserved - held - load.handed.size;
      return freeSlotCount({ free: pool.free - waiting, unsettled: unsettled + waiting, held });
    }
    // A pool that grows must see that there is more work than it has slots.
    const concurrency = autoscaler === undefined ? pool.concurrency : autoscaler.max * options.childConcurrency;
    const { prefetchMultiplier: multiplier } = options;
    const orphans = isReduced ? load.orphans : 0;
    return prefetchCount({ concurrency, multiplier, ahead: pool.ahead ?? 0, held, heldLimit, orphans });
  }

  #makeAutoscaler(): Autoscaler | undefined {
    const { options, pipeline, runtime } = this;
    if (options.autoscale === undefined || pipeline.pool.grow === undefined) return undefined;
    const parts: AutoscalerParts = {
      pool: pipeline.pool,
      ...options.autoscale,
      most: mostOf(options.pool),
      rule: options.autoscaleRule,
      reserved: () => pipeline.active + pipeline.reserved - pipeline.held,
      onScaled: () => this.consumer.tasks.updatePrefetch(),
      clock: runtime.clock,
      logger: runtime.logger,
    };
    return new Autoscaler(parts, options.childConcurrency);
  }

  #warnOfMemory(): void {
    const { runtime, options } = this;
    const transport = this.consumer.connected;
    const isMemory = transport?.name === 'memory' && !transport.capabilities.durable;
    if (options.pool !== 'prefork' || !isMemory) return;
    runtime.logger.warning(
      'The broker memory:// stays inside one process: what tasks send from the processes of the pool "prefork" reaches ' +
        'no worker. Use sqlite:///queue.db, or the pool "async".',
    );
  }

  async #abandon(): Promise<void> {
    await this.pipeline.pool.terminate();
    await within(ABANDON_MS, this.pipeline.abandonRunning());
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => void systemClock.setTimer(durationMs, resolve, { ref: false }));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** The queues of the options, and the worker's own one where it has one. */
function readQueues(runtime: AppRuntime, { queues, excludeQueues, hostname }: ResolvedWorkerOptions): ConsumedQueues {
  if (!runtime.settings.workerDirect) return runtime.queues(queues, excludeQueues);
  return runtime.queues([...(queues ?? runtime.queueTable.names), workerDirect(hostname)], excludeQueues);
}
