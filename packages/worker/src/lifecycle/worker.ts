import { hostname } from 'node:os';
import { type AppOwner, type AppRuntime, configureAbove, runtimeOf } from '@celeriac/core/internal';
import { systemClock, type Timer } from '@celeriac/protocol';
import type { Service } from '@celeriac/transport';
import { Counters, type WorkerCounts } from '../request/counters.ts';
import { nodeName } from './node-name.ts';
import { type ResolvedWorkerOptions, resolveWorkerOptions, type WorkerOptions } from './worker-options.ts';
import { WorkerSession } from './worker-session.ts';

/** How long the handlers of the last signal may take. */
const LAST_HANDLERS_MS = 10_000;

/** What a worker has done, and what it is at. */
export interface WorkerStats extends WorkerCounts {
  /** Tasks that run. */
  readonly active: number;
  /** Tasks that were received and have not started, those included that wait for their time. */
  readonly reserved: number;
  /** Of these, those that wait for a slot. */
  readonly prefetched: number;
  /** Of these, those that wait for their time. */
  readonly scheduled: number;
}

/**
 * How a worker ends. `warm`: running tasks finish. `soft`: they have `workerSoftShutdownTimeout` for it, then it is cold.
 * `cancel`: as soft, and those that can come again are stopped at once. `cold`: they are given back or given up.
 */
export type ShutdownKind = 'warm' | 'soft' | 'cancel' | 'cold';

/** A task that runs. */
export interface ActiveTask {
  readonly id: string;
  readonly name: string;
  /** The process that runs it. */
  readonly pid: number;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
}

/**
 * Runs the tasks of an app. It handles no process signals; {@link runWorker} does.
 *
 * Legal: stop before start, stop twice, start after a failed start, start after stop.
 */
export class Worker implements Service {
  readonly #runtime: AppRuntime;
  readonly #options: ResolvedWorkerOptions;
  readonly #counters: Counters = new Counters();
  #ended: PromiseWithResolvers<Error | undefined> = Promise.withResolvers();
  #session: WorkerSession | undefined;
  #starting: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  #impatience: AbortController = new AbortController();
  #stopping: Promise<void> | undefined;
  #failure: Error | undefined;
  #softEnd: Timer | undefined;

  /** @throws {WorkerOptionError} naming the option | @throws {ConfigurationError} for a bad setting of the app */
  constructor(app: AppOwner, options: WorkerOptions = {}) {
    this.#runtime = runtimeOf(app);
    const { celerydInit } = this.#runtime.signals;
    if (celerydInit.hasListeners) {
      const name = nodeName(options.hostname, hostname());
      celerydInit.send({ hostname: name, configure: (settings) => configureAbove(app, settings) });
    }
    this.#options = resolveWorkerOptions(options, this.#runtime.settings);
  }

  /** The worker's node name. */
  get hostname(): string {
    return this.#options.hostname;
  }

  /** Resolves when the worker has stopped: with the error, if it stopped by itself. */
  get ended(): Promise<Error | undefined> {
    return this.#ended.promise;
  }

  /**
   * Imports the app's tasks, starts the pool, connects; resolves when messages are being read.
   * @throws {PoolError} | {ConnectionLostError} when the broker stays away for longer than `brokerConnectionMaxRetries`
   *   allows | what a task module throws
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#session !== undefined || this.#starting !== undefined) throw new Error('The worker is running already.');
    const abort = new AbortController();
    this.#ended = Promise.withResolvers();
    this.#impatience = new AbortController();
    this.#failure = undefined;
    const done = this.#start(AbortSignal.any([signal, abort.signal]));
    this.#starting = { abort, done };
    try {
      await done;
    } finally {
      this.#starting = undefined;
    }
  }

  /**
   * Ends the worker: warm, and cold when running tasks take longer than `deadlineMs`. Waiting messages go back at once.
   */
  async stop(deadlineMs: number): Promise<void> {
    if (this.#starting !== undefined) {
      this.#starting.abort.abort(new Error('The worker was stopped while it started.'));
      // Whoever started it learns of the failure; here it only has to be over.
      await this.#starting.done.catch(() => {});
    }
    const timer = systemClock.setTimer(deadlineMs, () => this.#impatience.abort());
    try {
      await this.shutDown('warm', 'stop');
    } finally {
      timer.cancel();
    }
  }

  /**
   * Ends the worker without a deadline. A less patient shutdown hurries one that is under way.
   * @param cause - for the signal `workerShuttingDown`
   */
  shutDown(how: ShutdownKind, cause: string): Promise<void> {
    const session = this.#session;
    if (session === undefined) return this.#stopping ?? Promise.resolve();
    const isHurry = how === 'cold' && !this.#impatience.signal.aborted;
    if (this.#stopping === undefined || isHurry) {
      const { workerShuttingDown } = this.#runtime.signals;
      workerShuttingDown.send({ hostname: this.hostname, signal: cause, how: how === 'warm' ? 'warm' : 'cold' });
    }
    this.#stopping ??= this.#stop(session).finally(() => {
      this.#stopping = undefined;
    });
    if (how === 'cold') this.#impatience.abort();
    else if (how !== 'warm') this.#limitPatience();
    if (how === 'cancel') session.pipeline.cancelRunning('the worker is shutting down');
    return this.#stopping;
  }

  /**
   * Tasks with these ids are not run by this worker, whether it has them already or gets them within three hours. Those
   * that run already go on.
   */
  revoke(ids: readonly string[]): void {
    this.#session?.pipeline.revoke(ids);
  }

  stats(): WorkerStats {
    const { received, succeeded, failed, retried, revoked, quarantined } = this.#counters;
    const pipeline = this.#session?.pipeline;
    const [reserved, scheduled] = [pipeline?.reserved ?? 0, pipeline?.held ?? 0];
    return {
      received,
      succeeded,
      failed,
      retried,
      revoked,
      quarantined,
      active: pipeline?.active ?? 0,
      reserved,
      prefetched: reserved - scheduled,
      scheduled,
    };
  }

  /** The tasks that run now. */
  get activeTasks(): readonly ActiveTask[] {
    const tasks = this.#session?.pipeline.activeTasks ?? [];
    return tasks.map(({ id, request, pid = 0, startedAtMs = 0 }) => ({ id, name: request.task, pid, startedAtMs }));
  }

  /** Resolves when nothing runs, waits for a slot, or waits to be settled. Tasks that wait for their time do not count. */
  async whenIdle(): Promise<void> {
    await this.#session?.pipeline.whenIdle();
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { signals } = this.#runtime;
    const { hostname } = this;
    signal.throwIfAborted();
    const setUp = async (): Promise<void> => {
      await signals.celerydAfterSetup.sendAndWait({ hostname, settings: this.#runtime.settings });
      await signals.workerInit.sendAndWait({ hostname });
    };
    await Promise.race([setUp(), rejected(signal)]);
    await this.#runtime.loadTasks();
    signal.throwIfAborted();
    const session = new WorkerSession({
      runtime: this.#runtime,
      options: this.#options,
      counters: this.#counters,
      onFailed: (error) => this.#fail(error),
      onShutdown: (reason) => this.#endAsTold(reason),
    });
    await session.start(signal);
    this.#session = session;
    signals.workerReady.send({ hostname });
    this.#options.onReady?.();
  }

  /** A soft shutdown becomes a cold one. */
  #limitPatience(): void {
    const { signal } = this.#impatience;
    if (this.#softEnd !== undefined || signal.aborted) return;
    const impatience = this.#impatience;
    const limitMs = this.#runtime.settings.workerSoftShutdownTimeout * 1000;
    this.#softEnd = systemClock.setTimer(limitMs, () => impatience.abort());
  }

  async #stop(session: WorkerSession): Promise<void> {
    await session.stop(this.#impatience.signal);
    this.#softEnd?.cancel();
    this.#softEnd = undefined;
    this.#session = undefined;
    await this.#announceEnd();
    this.#ended.resolve(this.#failure);
  }

  /** A handler that never ends must not keep the worker from ending. */
  async #announceEnd(): Promise<void> {
    const { clock, logger, signals } = this.#runtime;
    const late = Promise.withResolvers<void>();
    const timer = clock.setTimer(LAST_HANDLERS_MS, () => {
      logger.error(
        `Handlers of the signal workerShutdown take longer than ${LAST_HANDLERS_MS / 1000} seconds: left alone`,
      );
      late.resolve();
    });
    await Promise.race([signals.workerShutdown.sendAndWait({ hostname: this.hostname }), late.promise]);
    timer.cancel();
  }

  #endAsTold(reason: string): void {
    this.#runtime.logger.warning(reason);
    void this.shutDown('warm', reason);
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#runtime.logger.error(`The worker cannot go on: ${error.message}`);
    void this.shutDown('warm', 'failure');
  }
}

/** Rejects as soon as the signal is aborted; never resolves. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
