import { type AppRuntime, type InvokeEnvironment, invokeTask, type RegisteredTask } from '@celeriac/core/internal';
import type { TaskBody } from '@celeriac/protocol';
import { AbortSignals } from '../execute/abort-signals.ts';
import { deliveryInfoOf } from '../execute/delivery-info.ts';
import { isUnreadable, readBody } from '../execute/read-body.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import type { Pool, PoolHost, PoolKind } from './pool.ts';

/** What a pool in this process needs. */
export interface AsyncPoolParts {
  readonly runtime: AppRuntime;
  readonly host: PoolHost;
  /** The worker's node name. */
  readonly hostname: string;
  readonly concurrency: number;
}

/** Runs tasks in this process, several at a time: for tasks that wait more than they compute. */
export class AsyncPool implements Pool {
  readonly kind: PoolKind = 'async';
  readonly concurrency: number;
  readonly #runtime: AppRuntime;
  readonly #host: PoolHost;
  readonly #environment: InvokeEnvironment;
  readonly #signals: AbortSignals = new AbortSignals();
  #active = 0;

  constructor({ runtime, host, hostname, concurrency }: AsyncPoolParts) {
    this.concurrency = concurrency;
    this.#runtime = runtime;
    this.#host = host;
    this.#environment = { runtime, hostname, isEager: false, abortSignal: this.#signals.of };
  }

  get free(): number {
    return this.concurrency - this.#active;
  }

  async start(): Promise<void> {}

  run(received: ReceivedTask): void {
    const { delivery, request, task } = received;
    const body = readBody(delivery.message, request, this.#runtime);
    if (isUnreadable(body)) {
      this.#host.onEnded(received, body);
      return;
    }
    received.body = body;
    this.#active++;
    this.#host.onStarted(received, process.pid);
    void this.#invoke(received, task!, body);
  }

  async stop(): Promise<void> {}

  async terminate(): Promise<void> {
    this.#signals.abortAll(new Error('The worker is shutting down.'));
  }

  async #invoke(received: ReceivedTask, task: RegisteredTask, body: TaskBody): Promise<void> {
    const { request, delivery } = received;
    const outcome = await invokeTask({ task, request, body, delivery: deliveryInfoOf(delivery) }, this.#environment);
    this.#active--;
    this.#signals.forget(request.id);
    this.#host.onEnded(received, outcome);
  }
}
