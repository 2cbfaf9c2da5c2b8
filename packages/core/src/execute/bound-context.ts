import type { Logger } from '@celeriac/protocol';
import { checkEventType } from '../events/check-event-type.ts';
import { TaskLogger } from '../logging/task-logger.ts';
import type { RetryRequest, TaskContext, TaskContextRequest } from '../task/task-context.ts';
import type { Invocation, InvokeEnvironment } from './invocation.ts';
import { retryOf } from './retry-call.ts';

/** What a bound task gets as its first parameter. */
export class BoundContext implements TaskContext {
  readonly #invocation: Invocation;
  readonly #environment: InvokeEnvironment;
  #request: TaskContextRequest | undefined;
  #log: Logger | undefined;

  constructor(invocation: Invocation, environment: InvokeEnvironment) {
    this.#invocation = invocation;
    this.#environment = environment;
  }

  get request(): TaskContextRequest {
    const { request, body, delivery } = this.#invocation;
    this.#request ??= {
      ...request,
      args: body.args,
      kwargs: body.kwargs,
      hostname: this.#environment.hostname,
      deliveryInfo: delivery,
      isEager: this.#environment.isEager,
      calledDirectly: false,
    };
    return this.#request;
  }

  get task(): object | undefined {
    return this.#invocation.task.base;
  }

  get log(): Logger {
    const { task, request } = this.#invocation;
    this.#log ??= new TaskLogger(this.#environment.runtime.logger, task.name, request.id);
    return this.#log;
  }

  get signal(): AbortSignal {
    return this.#environment.abortSignal(this.#invocation.request.id);
  }

  retry(asked: RetryRequest = {}): never {
    throw retryOf(this.#invocation, this.#environment.runtime, asked);
  }

  sendEvent(type: string, fields: { readonly [name: string]: unknown } = {}): void {
    checkEventType(type);
    const { runtime, hostname } = this.#environment;
    runtime.events.send(type, { uuid: this.#invocation.request.id, ...fields }, hostname);
  }

  async updateState(state: string, meta: unknown): Promise<void> {
    const { request } = this.#invocation;
    const { runtime } = this.#environment;
    if (this.#environment.isEager && !runtime.settings.taskStoreEagerResult) return;
    await runtime.results.store({
      meta: {
        status: state,
        result: meta,
        traceback: null,
        children: [],
        date_done: null,
        ...(request.group !== null && { group_id: request.group }),
        ...(request.parentId !== null && { parent_id: request.parentId }),
        task_id: request.id,
      },
      ...(request.replyTo && { replyTo: request.replyTo }),
    });
  }
}
