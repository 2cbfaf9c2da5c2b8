import { RESULT_LIMITS } from '@celeriac/backend';
import type { AppRuntime, Outcome } from '@celeriac/core/internal';
import { backoffMs, systemClock, type Timer } from '@celeriac/protocol';
import { deliveryInfoOf } from '../execute/delivery-info.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import type { ChildSetup, EndedReport } from './child/child-messages.ts';
import type { Pool, PoolHost } from './pool.ts';
import { PoolProcess } from './pool-process.ts';
import { type ProcessEnd, workerLost, workerLostText } from './worker-lost.ts';

/** Waits between processes that do not even get ready. */
const RESTART = Object.freeze({ baseMs: 500, factor: 2, maxMs: 30_000, jitter: 1 });

/** What a pool of processes needs. */
export interface PreforkPoolParts {
  readonly runtime: AppRuntime;
  readonly host: PoolHost;
  readonly concurrency: number;
  readonly setup: ChildSetup;
  readonly aliveTimeoutMs: number;
  /** Options of node for the processes. */
  readonly execArgv: readonly string[];
  /** Their environment. */
  readonly env: NodeJS.ProcessEnv;
}

interface Run {
  readonly received: ReceivedTask;
  readonly job: number;
  /** On the clock that never jumps. */
  readonly startedAtMs: number;
}

/** Runs each task in a process of its own kind: one task at a time in each of a number of processes. */
export class PreforkPool implements Pool {
  readonly kind = 'prefork';
  readonly concurrency: number;
  readonly #parts: PreforkPoolParts;
  readonly #processes: Set<PoolProcess> = new Set();
  readonly #idle: PoolProcess[] = [];
  readonly #running: Map<PoolProcess, Run> = new Map();
  readonly #restarts: Set<Timer> = new Set();
  #jobs = 0;
  /** Processes in a row that ended before they were ready. */
  #failures = 0;
  #ending = false;

  constructor(parts: PreforkPoolParts) {
    this.#parts = parts;
    this.concurrency = parts.concurrency;
  }

  get free(): number {
    return this.#idle.length;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#ending = false;
    const onAbort = (): void => void this.terminate();
    signal.addEventListener('abort', onAbort);
    try {
      const started = Array.from({ length: this.concurrency }, () => this.#launch());
      await Promise.all(started.map((process) => process.ready));
    } catch (error) {
      await this.terminate();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  run(received: ReceivedTask): void {
    const process = this.#idle.shift()!;
    const { delivery, request } = received;
    const { body, contentType, contentEncoding } = delivery.message;
    this.#running.set(process, { received, job: ++this.#jobs, startedAtMs: systemClock.monotonic() });
    this.#parts.host.onStarted(received, process.pid);
    process.send({ kind: 'run', request, body, contentType, contentEncoding, delivery: deliveryInfoOf(delivery) });
  }

  async stop(): Promise<void> {
    this.#end();
    await Promise.all(Array.from(this.#processes, (process) => process.stop()));
  }

  async terminate(): Promise<void> {
    this.#end();
    this.#running.clear();
    const processes = [...this.#processes];
    for (const process of processes) process.kill();
    await Promise.all(processes.map((process) => process.gone));
  }

  #end(): void {
    this.#ending = true;
    this.#idle.length = 0;
    for (const timer of this.#restarts) timer.cancel();
    this.#restarts.clear();
  }

  #launch(): PoolProcess {
    const { setup, aliveTimeoutMs, execArgv, env } = this.#parts;
    const process = new PoolProcess({
      setup,
      aliveTimeoutMs,
      execArgv,
      env,
      onEnded: (from, report) => this.#onEnded(from, report),
      onGone: (from, end) => this.#onGone(from, end),
    });
    this.#processes.add(process);
    process.ready.then(
      () => this.#onReady(process),
      () => {},
    );
    return process;
  }

  #onReady(process: PoolProcess): void {
    this.#failures = 0;
    this.#freed(process);
    if (!this.#ending) this.#parts.host.onFree();
  }

  #freed(process: PoolProcess): void {
    if (!this.#ending && this.#processes.has(process)) this.#idle.push(process);
  }

  #onEnded(process: PoolProcess, report: EndedReport): void {
    const run = this.#running.get(process);
    if (run === undefined) return;
    this.#running.delete(process);
    this.#freed(process);
    this.#parts.host.onEnded(run.received, this.#outcomeOf(report));
  }

  #outcomeOf({ outcome, encodedValue }: EndedReport): Outcome {
    if (outcome.kind !== 'success' || encodedValue === undefined) return outcome;
    const { serializers, settings } = this.#parts.runtime;
    const value = serializers
      .byName(settings.resultSerializer)
      .decode(Buffer.from(encodedValue, 'base64'), RESULT_LIMITS);
    return { ...outcome, value };
  }

  #onGone(process: PoolProcess, end: ProcessEnd): void {
    this.#processes.delete(process);
    const place = this.#idle.indexOf(process);
    const wasReady = place >= 0 || this.#running.has(process);
    if (place >= 0) this.#idle.splice(place, 1);
    if (!this.#ending) this.#replace(process, end, wasReady);
    const run = this.#running.get(process);
    if (run === undefined) return;
    this.#running.delete(process);
    const runtimeMs = systemClock.monotonic() - run.startedAtMs;
    this.#parts.host.onEnded(run.received, workerLost(workerLostText(end, run.job), runtimeMs));
  }

  /** At once after a process that worked; with growing patience after one that never did. */
  #replace(process: PoolProcess, { exitCode, signal, reason }: ProcessEnd, wasReady: boolean): void {
    const { logger } = this.#parts.runtime;
    logger.error(`Pool process ${process.pid} ended, starting another`, { exitCode, signal, reason });
    const delayMs = wasReady ? 0 : backoffMs(this.#failures++, RESTART);
    const timer = systemClock.setTimer(delayMs, () => {
      this.#restarts.delete(timer);
      this.#launch();
    });
    this.#restarts.add(timer);
  }
}
