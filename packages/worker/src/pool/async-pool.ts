import {
  type AppRuntime,
  type InvokeEnvironment,
  invokeTask,
  type Outcome,
  type RegisteredTask,
  TimeLimitExceeded,
} from '@celeriac/core/internal';
import type { TaskBody } from '@celeriac/protocol';
import { deliveryInfoOf } from '../execute/delivery-info.ts';
import { isUnreadable, readBody } from '../execute/read-body.ts';
import { RunSignals } from '../execute/run-signals.ts';
import { Deadlines } from '../limits/deadlines.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import type { Pool, PoolHost, PoolKind } from './pool.ts';
import { terminated, timedOut } from './pool-outcomes.ts';

/** Tasks at a time in one process. */
const MOST_TASKS = 10_000;

/** What a pool in this process needs. */
export interface AsyncPoolParts {
  readonly runtime: AppRuntime;
  readonly host: PoolHost;
  /** The worker's node name. */
  readonly hostname: string;
  readonly concurrency: number;
}

interface Expiry {
  readonly received: ReceivedTask;
  readonly key: string;
  readonly isHard: boolean;
}

/** Runs tasks in this process, several at a time: for tasks that wait more than they compute. */
export class AsyncPool implements Pool {
  readonly kind: PoolKind = 'async';
  readonly #runtime: AppRuntime;
  readonly #host: PoolHost;
  readonly #environment: InvokeEnvironment;
  readonly #signals: RunSignals = new RunSignals();
  readonly #deadlines: Deadlines<Expiry>;
  /** Tasks that were ended by others while their code still runs: whatever it says is not heard. */
  readonly #givenUp: WeakSet<ReceivedTask> = new WeakSet();
  #concurrency: number;
  #active = 0;
  #keys = 0;

  constructor({ runtime, host, hostname, concurrency }: AsyncPoolParts) {
    this.#concurrency = concurrency;
    this.#runtime = runtime;
    this.#host = host;
    this.#environment = { runtime, hostname, isEager: false, abortSignal: this.#signals.of };
    this.#deadlines = new Deadlines(runtime.clock, (expiry) => this.#expire(expiry));
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  get free(): number {
    return Math.max(0, this.#concurrency - this.#active);
  }

  get processes(): readonly number[] {
    return [process.pid];
  }

  async start(): Promise<void> {}

  run(received: ReceivedTask): void {
    const { message, request, task } = received;
    const body = readBody(message, request, this.#runtime);
    if (isUnreadable(body)) {
      this.#host.onEnded(received, body);
      return;
    }
    received.body = body;
    this.#active++;
    this.#host.onStarted(received, process.pid);
    if (received.limits === undefined) void this.#invoke(received, task!, body);
    else void this.#invokeWithin(received, task!, body);
  }

  grow(count: number): void {
    this.#resize(this.#concurrency + count);
    this.#host.onFree();
  }

  shrink(count: number): void {
    this.#resize(this.#concurrency - count);
    this.#host.onFree();
  }

  terminateTask(received: ReceivedTask, signal: NodeJS.Signals): void {
    if (signal === 'SIGUSR1') this.#signals.expire(received.id, 0);
    else this.#giveUp(received, terminated(signal), new Error('The task was terminated.'));
  }

  async stop(): Promise<void> {}

  async terminate(): Promise<void> {
    this.#deadlines.clear();
    this.#signals.abortAll(new Error('The worker is shutting down.'));
  }

  #resize(concurrency: number): void {
    if (!(concurrency >= 1 && concurrency <= MOST_TASKS))
      throw new RangeError(`A pool runs 1 to ${MOST_TASKS} tasks at a time.`);
    this.#concurrency = concurrency;
  }

  async #invokeWithin(received: ReceivedTask, task: RegisteredTask, body: TaskBody): Promise<void> {
    const key = String(++this.#keys);
    const { softMs, hardMs } = received.limits!;
    if (softMs !== undefined) this.#deadlines.add(key, softMs, { received, key, isHard: false });
    if (hardMs !== undefined) this.#deadlines.add(key, hardMs, { received, key, isHard: true });
    await this.#invoke(received, task, body);
    this.#deadlines.remove(key);
  }

  async #invoke(received: ReceivedTask, task: RegisteredTask, body: TaskBody): Promise<void> {
    const { request, limits } = received;
    const invocation = { task, request, body, delivery: deliveryInfoOf(received), softLimitMs: limits?.softMs };
    const outcome = await invokeTask(invocation, this.#environment);
    this.#signals.forget(request.id);
    if (this.#givenUp.has(received)) return;
    this.#active--;
    this.#host.onEnded(received, outcome);
  }

  #expire({ received, isHard }: Expiry): void {
    const { request, limits } = received;
    const limitMs = (isHard ? limits!.hardMs : limits!.softMs)!;
    if (isHard) {
      this.#giveUp(received, timedOut(limitMs), new TimeLimitExceeded(limitMs));
      return;
    }
    this.#runtime.logger.warning(`Soft time limit (${limitMs / 1000}s) exceeded for ${request.task}[${request.id}]`);
    this.#signals.expire(request.id, limitMs);
  }

  /** Code cannot be stopped here: it is told, its slot is free, and what it still does counts no more. */
  #giveUp(received: ReceivedTask, ending: Outcome, reason: Error): void {
    if (this.#givenUp.has(received)) return;
    this.#givenUp.add(received);
    this.#signals.abort(received.id, reason);
    this.#active--;
    this.#host.onEnded(received, ending);
  }
}
