import { argsRepr, customHeaders, isoTime, kwargsRepr, type TaskCall } from '@celeriac/protocol';
import { checkedMoment, checkLimits, checkOptions } from '../publish/check-call.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { Retry } from '../task/semipredicates.ts';
import type { RetryRequest } from '../task/task-context.ts';
import type { Invocation } from './invocation.ts';
import { MaxRetriesExceededError } from './max-retries-exceeded-error.ts';
import type { RetryDestination } from './outcome.ts';
import { automaticDelaySeconds, retriesItself } from './retry-policy.ts';

/** Ends a run with another attempt: what `context.retry()` throws. */
export class TaskRetry extends Retry {
  readonly call: TaskCall;
  /** Undefined: where the message came from. */
  readonly destination: RetryDestination | undefined;
  /** The error that led to it. */
  readonly exc: unknown;

  constructor(message: string, call: TaskCall, destination: RetryDestination | undefined, exc: unknown) {
    super(message);
    this.call = call;
    this.destination = destination;
    this.exc = exc;
  }
}

/**
 * The next attempt of a task.
 * @throws the error in `asked.exc` when no attempt is left, or {@link MaxRetriesExceededError} without one
 * @throws {InvalidCallError} for a time, priority or limit that cannot be
 * @throws {ConfigurationError} for a queue that is not defined, or that no broker could carry
 * @see celery/app/task.py Task.retry
 */
export function retryOf(invocation: Invocation, runtime: AppRuntime, asked: RetryRequest): TaskRetry {
  const { task, request, body } = invocation;
  const retries = request.retries + 1;
  const limit = asked.maxRetries === undefined ? task.options.maxRetries : asked.maxRetries;
  if (limit !== null && retries > limit) {
    throw asked.exc ?? new MaxRetriesExceededError(task.name, request.id, argsRepr(body.args), kwargsRepr(body.kwargs));
  }
  const { countdown, priority, queue, timeLimit, softTimeLimit } = asked;
  checkOptions({ countdown, priority, queue, timeLimit, softTimeLimit });
  const eta =
    asked.eta === undefined
      ? runtime.clock.now() + (asked.countdown ?? task.options.defaultRetryDelay) * 1000
      : asked.eta;
  const startMs = eta instanceof Date ? eta.getTime() : eta;
  const call = nextCall(
    invocation,
    asked,
    retries,
    checkedMoment(asked.eta === undefined ? 'countdown' : 'eta', startMs, startMs),
  );
  checkLimits(call.timeLimitSeconds, call.softTimeLimitSeconds);
  // Asked here, so that a queue that cannot be is the task's failure and not the worker's.
  const destination = asked.queue === undefined ? undefined : { queue: runtime.queueTable.get(asked.queue).name };
  const when =
    asked.eta === undefined ? `in ${asked.countdown ?? task.options.defaultRetryDelay}s` : `at ${textOf(call.eta)}`;
  return new TaskRetry(
    `Retry ${when}${asked.exc === undefined ? '' : `: ${String(asked.exc)}`}`,
    call,
    destination,
    asked.exc,
  );
}

/**
 * The attempt that follows an error by the task's `autoretryFor`; undefined when the error is not one of them.
 * @param random - 0 up to 1, for the jitter
 * @throws the error itself when no attempt is left
 * @see celery/app/autoretry.py
 */
export function automaticRetryOf(
  error: unknown,
  invocation: Invocation,
  runtime: AppRuntime,
  random: number,
): TaskRetry | undefined {
  const { options } = invocation.task;
  if (!retriesItself(error, options)) return undefined;
  const countdown = automaticDelaySeconds(options, invocation.request.retries, random);
  return retryOf(invocation, runtime, { countdown, ...options.retryKwargs, exc: error });
}

/** Same id, links, limits, headers and place in the workflow; one more attempt. */
function nextCall(invocation: Invocation, asked: RetryRequest, retries: number, eta: number | string): TaskCall {
  const { request, body } = invocation;
  const { embed } = body;
  return {
    task: request.task,
    id: request.id,
    args: asked.args ?? body.args,
    kwargs: asked.kwargs ?? body.kwargs,
    shadow: request.shadow,
    eta,
    expires: request.expiresMs,
    group: request.group,
    groupIndex: request.groupIndex,
    retries,
    timeLimitSeconds: asked.timeLimit ?? request.timeLimitSeconds,
    softTimeLimitSeconds: asked.softTimeLimit ?? request.softTimeLimitSeconds,
    rootId: request.rootId,
    // As Celery has it: an attempt without a parent becomes the child of the one before.
    parentId: request.parentId ?? request.id,
    origin: request.origin ?? '',
    ignoreResult: request.ignoreResult ?? invocation.task.options.ignoreResult,
    callbacks: embed.callbacks,
    errbacks: embed.errbacks,
    chain: embed.chain,
    chord: embed.chord,
    priority: asked.priority ?? request.priority,
    headers: customHeaders(request.headers),
    ...(request.deliveryMode !== undefined && { deliveryMode: request.deliveryMode }),
    ...(request.replacedTaskNesting > 0 && { replacedTaskNesting: request.replacedTaskNesting }),
    ...reprsOf(invocation, asked),
    ...(request.replyTo !== undefined && request.replyTo !== null && { replyTo: request.replyTo }),
    ...(request.stampedHeaders && { stampedHeaders: request.stampedHeaders, stamps: request.stamps ?? {} }),
  };
}

/**
 * What the caller shows instead of the arguments stays, since it may hide a secret; a text that was made of arguments
 * which are replaced is made anew.
 */
function reprsOf({ request, body }: Invocation, asked: RetryRequest): Pick<TaskCall, 'argsrepr' | 'kwargsrepr'> {
  const { argsrepr, kwargsrepr } = request;
  const newArgs = argsrepr === '' || (asked.args !== undefined && argsrepr === argsRepr(body.args));
  const newKwargs = kwargsrepr === '' || (asked.kwargs !== undefined && kwargsrepr === kwargsRepr(body.kwargs));
  return { ...(!newArgs && { argsrepr }), ...(!newKwargs && { kwargsrepr }) };
}

function textOf(eta: number | string | null | undefined): string {
  return typeof eta === 'number' ? isoTime(eta) : String(eta);
}
