import { type Embed, encodeJson, toExceptionInfo, tracebackOf } from '@celeriac/protocol';
import type { RegisteredTask } from '../task/registered-task.ts';
import { Ignore, Reject, Retry } from '../task/semipredicates.ts';
import { bindArguments } from './bind-arguments.ts';
import { BoundContext } from './bound-context.ts';
import { type CurrentTask, runAsTask } from './current-task.ts';
import type { Invocation, InvokeEnvironment } from './invocation.ts';
import type { FailureOutcome, Outcome } from './outcome.ts';
import { automaticRetryOf, retryOf, TaskRetry } from './retry-call.ts';
import { matchesError } from './retry-policy.ts';
import { TaskReplaced } from './task-replaced.ts';
import { SoftLimit, SoftTimeLimitExceeded } from './time-limits.ts';
import { validateArguments } from './validate-arguments.ts';

/**
 * Runs a task's code: binds and checks its arguments, calls its handlers, and turns whatever happens into an outcome.
 * Never rejects.
 * @see celery/app/trace.py build_tracer
 */
export async function invokeTask(invocation: Invocation, environment: InvokeEnvironment): Promise<Outcome> {
  const { runtime } = environment;
  const startedAt = runtime.clock.monotonic();
  const run = new TaskRun(invocation, environment);
  const { signals } = runtime;
  if (signals.taskPrerun.hasListeners) signals.taskPrerun.send(run.signalPayload());
  let outcome: Outcome;
  try {
    const pending = runAsTask(run.current, run.call);
    const value = pending instanceof Promise || isThenable(pending) ? await pending : pending;
    outcome = run.succeeded(value, runtime.clock.monotonic() - startedAt);
  } catch (error) {
    outcome = run.ended(error, runtime.clock.monotonic() - startedAt);
  }
  await run.notify(outcome);
  return outcome;
}

/**
 * Tells a task's own handlers and signals of a failure that was not thrown by its code here: a hard time limit, for instance.
 * @see celery/worker/request.py on_timeout
 */
export async function notifyFailure(
  invocation: Invocation,
  environment: InvokeEnvironment,
  outcome: FailureOutcome,
  error: unknown,
): Promise<void> {
  await new TaskRun(invocation, environment).fail(outcome, error);
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** One run; its methods are the steps of {@link invokeTask}. */
class TaskRun {
  readonly current: CurrentTask;
  /** Calls the task's code. A field, since it runs without `this` in another asynchronous context. */
  readonly call: () => unknown;
  readonly #invocation: Invocation;
  readonly #environment: InvokeEnvironment;
  #context: BoundContext | undefined;
  #error: unknown;
  #value: unknown;

  constructor(invocation: Invocation, environment: InvokeEnvironment) {
    const { request, task, softLimitMs } = invocation;
    this.#invocation = invocation;
    this.#environment = environment;
    this.current = {
      id: request.id,
      rootId: request.rootId ?? request.id,
      parentId: request.parentId,
      priority: request.priority ?? undefined,
      trail: task.options.trail,
      children: [],
      stampedHeaders: request.stampedHeaders,
      stamps: request.stamps,
      caller: environment.runtime.caller,
      softLimit: softLimitMs === undefined ? undefined : new SoftLimit(environment.runtime.clock, softLimitMs),
    };
    const { middleware } = environment.runtime;
    this.call = middleware.isEmpty
      ? () => this.#run()
      : () => middleware.run({ task: task.name, request, hostname: environment.hostname }, () => this.#run());
  }

  succeeded(value: unknown, runtimeMs: number): Outcome {
    this.#value = value;
    const report = this.#report(runtimeMs);
    const { runtime } = this.#environment;
    if (runtime.settings.resultSerializer !== 'json')
      return { kind: 'success', resultText: undefined, value, ...report };
    try {
      return { kind: 'success', resultText: value === undefined ? 'null' : encodeJson(value), value, ...report };
    } catch (error) {
      this.#error = error;
      return this.#failure(error, runtimeMs);
    }
  }

  ended(thrown: unknown, runtimeMs: number): Outcome {
    const error = limitBehind(thrown);
    this.#error = error;
    const { task } = this.#invocation;
    const report = this.#report(runtimeMs);
    if (error instanceof TaskReplaced) return { kind: 'replace', replacement: error.replacement, ...report };
    if (error instanceof Ignore) return { kind: 'ignore', ...report };
    if (error instanceof Reject) return { kind: 'reject', requeue: error.requeue, reason: error.message, ...report };
    try {
      const retry = this.#retryFor(error);
      if (retry !== undefined) return this.#retry(retry, runtimeMs);
    } catch (exhausted) {
      this.#error = exhausted;
    }
    return this.#failure(this.#error, runtimeMs, matchesError(this.#error, task.options.throws));
  }

  /** It failed by something else than its own code. */
  fail(outcome: FailureOutcome, error: unknown): Promise<void> {
    this.#error = error;
    return this.notify(outcome);
  }

  /** Signals and the task's own handlers; what they throw is logged, the outcome stands. @see celery/app/task.py on_success */
  async notify(outcome: Outcome): Promise<void> {
    const { runtime } = this.#environment;
    const { task } = this.#invocation;
    const { signals } = runtime;
    if (outcome.kind === 'success') {
      if (signals.taskSuccess.hasListeners) signals.taskSuccess.send({ ...this.signalPayload(), result: this.#value });
    } else if (outcome.kind === 'failure') {
      if (signals.taskFailure.hasListeners) {
        signals.taskFailure.send({ ...this.signalPayload(), exception: this.#error, traceback: outcome.traceback });
      }
    } else if (outcome.kind === 'retry' && signals.taskRetry.hasListeners) {
      signals.taskRetry.send({ ...this.signalPayload(), reason: outcome.reason });
    }
    if (task.hooks !== undefined) await this.#callHooks(outcome);
    if (signals.taskPostrun.hasListeners) {
      signals.taskPostrun.send({ ...this.signalPayload(), result: this.#value, state: stateOf(outcome) });
    }
  }

  signalPayload(): {
    taskId: string;
    task: RegisteredTask;
    args: readonly unknown[];
    kwargs: { readonly [name: string]: unknown };
  } {
    const { task, request, body } = this.#invocation;
    return { taskId: request.id, task, args: body.args, kwargs: body.kwargs };
  }

  #run(): unknown {
    const { task, body } = this.#invocation;
    const bound = bindArguments(task, body.args, body.kwargs);
    if (task.schema === undefined && task.hooks?.beforeStart === undefined) {
      return task.bind ? task.run(this.#contextOf(), ...bound) : task.run(...bound);
    }
    return this.#runChecked(bound);
  }

  async #runChecked(bound: readonly unknown[]): Promise<unknown> {
    const { task } = this.#invocation;
    const args = task.schema === undefined ? bound : await validateArguments(task.name, task.schema, bound);
    await task.hooks?.beforeStart?.(this.#contextOf(), ...args);
    return task.bind ? task.run(this.#contextOf(), ...args) : task.run(...args);
  }

  async #callHooks(outcome: Outcome): Promise<void> {
    const { hooks } = this.#invocation.task;
    const context = this.#contextOf();
    try {
      if (outcome.kind === 'success') await hooks?.onSuccess?.(context, this.#value);
      else if (outcome.kind === 'failure') await hooks?.onFailure?.(context, this.#error);
      else if (outcome.kind === 'retry') await hooks?.onRetry?.(context, this.#error);
      if (outcome.kind === 'success' || outcome.kind === 'failure')
        await hooks?.afterReturn?.(context, stateOf(outcome), this.#value ?? this.#error);
    } catch (error) {
      this.#environment.runtime.logger.error(
        `A handler of ${this.#invocation.task.name}[${this.current.id}] failed: ${String(error)}`,
      );
    }
  }

  #contextOf(): BoundContext {
    this.#context ??= new BoundContext(this.#invocation, this.#environment);
    return this.#context;
  }

  /** @throws the error to fail with when no attempt is left */
  #retryFor(error: unknown): TaskRetry | undefined {
    const { runtime } = this.#environment;
    if (error instanceof TaskRetry) return error;
    if (error instanceof Retry) return retryOf(this.#invocation, runtime, {});
    return automaticRetryOf(error, this.#invocation, runtime, Math.random());
  }

  #retry(retry: TaskRetry, runtimeMs: number): Outcome {
    const cause = retry.exc;
    return {
      kind: 'retry',
      call: retry.call,
      destination: retry.destination,
      exception: cause === undefined ? null : toExceptionInfo(cause),
      traceback: cause === undefined ? null : tracebackOf(cause),
      reason: retry.message,
      ...this.#report(runtimeMs),
      children: [...this.current.children, [[this.current.id, null], null]],
    };
  }

  #failure(error: unknown, runtimeMs: number, expected = false): Outcome {
    return {
      kind: 'failure',
      exception: toExceptionInfo(error),
      traceback: tracebackOf(error),
      expected,
      cause: 'error',
      ...this.#report(runtimeMs),
    };
  }

  #report(runtimeMs: number): { children: CurrentTask['children']; embed: Embed | undefined; runtimeMs: number } {
    const { embed } = this.#invocation.body;
    const plain = embed.callbacks === null && embed.errbacks === null && embed.chain === null && embed.chord === null;
    return { children: this.current.children, embed: plain ? undefined : embed, runtimeMs };
  }
}

/** The state that an outcome is stored as. */
function stateOf(outcome: Outcome): string {
  const states = {
    success: 'SUCCESS',
    failure: 'FAILURE',
    retry: 'RETRY',
    replace: 'IGNORED',
    ignore: 'IGNORED',
    reject: 'REJECTED',
    unreadable: 'REJECTED',
    revoked: 'REVOKED',
  };
  return states[outcome.kind];
}

/** What Node's own functions throw when a signal is aborted hides the reason. */
function limitBehind(error: unknown): unknown {
  const isAbort = error instanceof Error && error.name === 'AbortError';
  return isAbort && error.cause instanceof SoftTimeLimitExceeded ? error.cause : error;
}
