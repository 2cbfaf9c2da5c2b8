import { type AppOwner, type AppRuntime, currentTask, redirectConsole, runtimeOf } from '@celeriac/core/internal';
import { escapeForLog, tracebackOf } from '@celeriac/protocol';
import { nextShutdown, RUNNING, type ShutdownCause } from './shutdown-policy.ts';
import { Worker } from './worker.ts';
import type { WorkerOptions } from './worker-options.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/** As Celery: a cold shutdown is a failure. @see celery/platforms.py EX_FAILURE */
const EXIT_OK = 0;
const EXIT_FAILURE = 1;

/**
 * Runs a worker until a signal or an error ends it. SIGTERM and the first SIGINT end it warm: running tasks finish. SIGQUIT
 * and the second SIGINT end it cold. An error that nobody catches ends it warm, as a failure: the state of the process is
 * unknown then.
 *
 * The caller ends the process with the code, since tasks that were given up may still hold timers or sockets.
 * @returns 0 after a warm shutdown; 1 after a cold one, an error, or a start that failed (then the error is logged)
 * @throws {WorkerOptionError} | {ConfigurationError} before anything is started
 */
export async function runWorker(app: AppOwner, options: WorkerOptions = {}): Promise<number> {
  const runner = new WorkerRunner(runtimeOf(app), new Worker(app, options));
  return runner.run();
}

class WorkerRunner {
  readonly #runtime: AppRuntime;
  readonly #worker: Worker;
  readonly #start: AbortController = new AbortController();
  #state = RUNNING;
  #isReady = false;
  #hasFailed = false;

  constructor(runtime: AppRuntime, worker: Worker) {
    this.#runtime = runtime;
    this.#worker = worker;
  }

  async run(): Promise<number> {
    const uninstall = this.#install();
    try {
      return await this.#run();
    } finally {
      await this.#runtime.close();
      uninstall();
    }
  }

  async #run(): Promise<number> {
    try {
      await this.#worker.start(this.#start.signal);
    } catch (error) {
      if (this.#start.signal.aborted) return this.#exitCode();
      const hint = hintOf(error);
      this.#runtime.logger.error(
        `The worker did not start: ${messageOf(error)}${hint === undefined ? '' : ` ${hint}`}`,
      );
      return EXIT_FAILURE;
    }
    this.#isReady = true;
    // A signal may have come in the very turn in which the start succeeded.
    if (this.#state.phase !== 'running') void this.#worker.shutDown(this.#state.phase, 'start');
    const failure = await this.#worker.ended;
    return failure === undefined ? this.#exitCode() : EXIT_FAILURE;
  }

  #exitCode(): number {
    return this.#hasFailed || this.#state.phase === 'cold' ? EXIT_FAILURE : EXIT_OK;
  }

  #install(): () => void {
    const handlers = SIGNALS.map((signal) => ({ signal, handler: (): void => this.#onSignal(signal) }));
    const onException = (error: unknown): void => this.#onUncaught('uncaughtException', error);
    const onRejection = (error: unknown): void => this.#onUncaught('unhandledRejection', error);
    for (const { signal, handler } of handlers) process.on(signal, handler);
    process.on('uncaughtException', onException);
    process.on('unhandledRejection', onRejection);
    process.stderr.on('error', ignoreLostLog);
    const { workerRedirectStdouts, workerRedirectStdoutsLevel } = this.#runtime.settings;
    const restore = workerRedirectStdouts
      ? redirectConsole(this.#runtime.logger, workerRedirectStdoutsLevel)
      : undefined;
    return () => {
      restore?.();
      process.stderr.off('error', ignoreLostLog);
      for (const { signal, handler } of handlers) process.off(signal, handler);
      process.off('uncaughtException', onException);
      process.off('unhandledRejection', onRejection);
    };
  }

  #onSignal(signal: (typeof SIGNALS)[number]): void {
    const before = this.#state.phase;
    this.#advance(signal);
    const { phase } = this.#state;
    const { active } = this.#worker.stats();
    const { logger } = this.#runtime;
    if (phase === before)
      logger.warning(`${signal} again: ${phase} shutdown is under way, ${active} tasks are running`);
    else if (phase === 'warm') logger.warning(`${signal}: warm shutdown, waiting for ${active} running tasks`);
    else logger.warning(`${signal}: cold shutdown, giving up ${active} running tasks`);
  }

  #onUncaught(kind: string, error: unknown): void {
    this.#hasFailed = true;
    const task = currentTask();
    const where = task === undefined ? 'outside of any known task' : `in task ${escapeForLog(task.id, 255)}`;
    const text = `${kind} ${where}, the worker ends: ${messageOf(error)}`;
    this.#runtime.logger.error(text, { traceback: tracebackOf(error) });
    this.#advance('failure');
  }

  #advance(cause: ShutdownCause): void {
    this.#state = nextShutdown(this.#state, cause);
    const { phase } = this.#state;
    if (phase === 'running') return;
    if (this.#isReady) void this.#worker.shutDown(phase, cause);
    else this.#start.abort(new Error(`${cause} while the worker started.`));
  }
}

/** Nobody reads the log any more. To report that would be one more line that nobody reads, and so on for ever. */
function ignoreLostLog(): void {}

function messageOf(error: unknown): string {
  return escapeForLog(error instanceof Error ? error.message : String(error));
}

function hintOf(error: unknown): string | undefined {
  const hint = (error as { readonly hint?: unknown } | null)?.hint;
  return typeof hint === 'string' ? hint : undefined;
}
