import { type AppOwner, type AppRuntime, currentTask, redirectOutput, runtimeOf } from '@celeriac/core/internal';
import { escapeForLog, systemClock, tracebackOf } from '@celeriac/protocol';
import { nextShutdown, RUNNING, type ShutdownCause, type ShutdownPhase } from './shutdown-policy.ts';
import { Worker } from './worker.ts';
import type { WorkerOptions } from './worker-options.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const;
/** Ends with the terminal that it was started from, rather than to live on without it. */
const SIGNALS_ON_TERMINAL = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;
/** What a hard shutdown still lets happen: messages on their way back get there. */
const HARD_MS = 300;

/** As Celery: a cold shutdown is a failure. @see celery/platforms.py EX_FAILURE */
const EXIT_OK = 0;
const EXIT_FAILURE = 1;

/**
 * Runs a worker until a signal or an error ends it. SIGTERM and the first SIGINT end it warm: running tasks finish. SIGQUIT
 * and the second SIGINT end it cold, after a soft shutdown where `workerSoftShutdownTimeout` says so; one more ends it hard.
 * With `REMAP_SIGTERM=SIGQUIT` in the environment SIGTERM counts as SIGQUIT. SIGHUP, without a terminal, restarts the program
 * after a warm shutdown. SIGUSR1 logs what is running. An error that nobody catches ends it warm, as a failure: the state of
 * the process is unknown then.
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
  #restarts = false;
  readonly #hard: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(runtime: AppRuntime, worker: Worker) {
    this.#runtime = runtime;
    this.#worker = worker;
  }

  async run(): Promise<number> {
    const uninstall = this.#install();
    try {
      const code = await Promise.race([this.#run(), this.#hard.promise.then(() => EXIT_FAILURE)]);
      if (this.#state.phase !== 'hard') await this.#runtime.close();
      if (this.#restarts && code === EXIT_OK) process.once('exit', () => this.#restart());
      return code;
    } finally {
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
    if (this.#state.phase !== 'running') this.#shutDown('start');
    const failure = await this.#worker.ended;
    return failure === undefined ? this.#exitCode() : EXIT_FAILURE;
  }

  #exitCode(): number {
    return this.#hasFailed || !PATIENT.includes(this.#state.phase) ? EXIT_FAILURE : EXIT_OK;
  }

  #install(): () => void {
    const signals = process.stdin.isTTY ? SIGNALS_ON_TERMINAL : SIGNALS;
    const handlers: { readonly signal: NodeJS.Signals; readonly handler: () => void }[] = signals.map((signal) => ({
      signal,
      handler: (): void => this.#onSignal(signal),
    }));
    handlers.push({ signal: 'SIGUSR1', handler: () => this.#report() });
    const onException = (error: unknown): void => this.#onUncaught('uncaughtException', error);
    const onRejection = (error: unknown): void => this.#onUncaught('unhandledRejection', error);
    for (const { signal, handler } of handlers) process.on(signal, handler);
    process.on('uncaughtException', onException);
    process.on('unhandledRejection', onRejection);
    process.stderr.on('error', ignoreLostLog);
    const { workerRedirectStdouts, workerRedirectStdoutsLevel } = this.#runtime.settings;
    const restore = workerRedirectStdouts
      ? redirectOutput(this.#runtime.logger, workerRedirectStdoutsLevel)
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
    if (signal === 'SIGHUP' && before === 'running') this.#restarts = true;
    this.#advance(signal);
    const { phase } = this.#state;
    const { active } = this.#worker.stats();
    const { logger } = this.#runtime;
    if (phase === before)
      logger.warning(`${signal} again: ${phase} shutdown is under way, ${active} tasks are running`);
    else logger.warning(`${signal}: ${SAYINGS[phase](active)}`);
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
    const { workerSoftShutdownTimeout: seconds, workerEnableSoftShutdownOnIdle: isForced } = this.#runtime.settings;
    const isSoft = seconds > 0 && (isForced || this.#worker.stats().active > 0);
    const before = this.#state.phase;
    this.#state = nextShutdown(this.#state, cause, { isSoft, remapsTerm: process.env['REMAP_SIGTERM'] === 'SIGQUIT' });
    if (this.#state.phase === before) return;
    if (this.#isReady) this.#shutDown(cause);
    else this.#start.abort(new Error(`${cause} while the worker started.`));
  }

  #shutDown(cause: string): void {
    const { phase } = this.#state;
    if (phase === 'running') return;
    if (phase !== 'hard') {
      void this.#worker.shutDown(phase, cause);
      return;
    }
    void this.#worker.shutDown('cold', cause);
    systemClock.setTimer(HARD_MS, () => this.#hard.resolve());
  }

  /** @see celery/apps/worker.py install_cry_handler */
  #report(): void {
    const { active, reserved, scheduled, succeeded, failed } = this.#worker.stats();
    const tasks = this.#worker.activeTasks.map(({ name, id, pid, startedAtMs }) => {
      const seconds = Math.round((this.#runtime.clock.now() - startedAtMs) / 1000);
      return `  ${escapeForLog(name, 255)}[${escapeForLog(id, 255)}] for ${seconds} s in process ${pid}`;
    });
    const held = `${reserved} waiting, ${scheduled} of them for their time; ${succeeded} succeeded, ${failed} failed`;
    const resources = process.getActiveResourcesInfo().join(', ');
    this.#runtime.logger.error([`${active} running, ${held}`, ...tasks, `  held open: ${resources}`].join('\n'));
  }

  /** The same program with the same arguments in the same process. @see celery/apps/worker.py install_worker_restart_handler */
  #restart(): void {
    const { execve } = process;
    if (execve === undefined) {
      this.#runtime.logger.error('SIGHUP: this version of Node cannot restart a program; it has ended.');
      return;
    }
    execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], process.env);
  }
}

/** Phases that end with success. */
const PATIENT: readonly ShutdownPhase[] = ['running', 'warm'];

const SAYINGS: { readonly [phase in ShutdownPhase]: (active: number) => string } = Object.freeze({
  running: (active) => `${active} tasks are running`,
  warm: (active) => `warm shutdown, waiting for ${active} running tasks`,
  soft: (active) => `soft shutdown, waiting a while for ${active} running tasks`,
  cancel: (active) => `stopping those of ${active} running tasks that can come again`,
  cold: (active) => `cold shutdown, giving up ${active} running tasks`,
  hard: (active) => `hard shutdown, with ${active} tasks running`,
});

/** Nobody reads the log any more. To report that would be one more line that nobody reads, and so on for ever. */
function ignoreLostLog(): void {}

function messageOf(error: unknown): string {
  return escapeForLog(error instanceof Error ? error.message : String(error));
}

function hintOf(error: unknown): string | undefined {
  const hint = (error as { readonly hint?: unknown } | null)?.hint;
  return typeof hint === 'string' ? hint : undefined;
}
