import type { ApplyOptions } from './apply-options.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';
import type { RetryRequest, TaskContext } from './task-context.ts';

/** A class of errors, or the name of one (that of a Python error, say). */
export type ErrorMatcher = string | (abstract new (...args: never[]) => object);

/** `10/s`, `100/m`, `1000/h`, or a number for each second. */
export type RateLimit = string | number;

/** The options of a task with nothing left open: the task's own, else the annotation's, else the setting's. */
export interface ResolvedTaskOptions {
  /** null = for ever. */
  readonly maxRetries: number | null;
  /** Seconds. */
  readonly defaultRetryDelay: number;
  readonly autoretryFor: readonly ErrorMatcher[];
  readonly dontAutoretryFor: readonly ErrorMatcher[];
  readonly retryKwargs: Pick<RetryRequest, 'countdown' | 'maxRetries' | 'queue' | 'priority'> | undefined;
  /** Factor in seconds of an exponential wait; true = 1. */
  readonly retryBackoff: boolean | number;
  /** Seconds. */
  readonly retryBackoffMax: number;
  readonly retryJitter: boolean;
  readonly rateLimit: RateLimit | undefined;
  /** Seconds. */
  readonly timeLimit: number | undefined;
  /** Seconds. */
  readonly softTimeLimit: number | undefined;
  readonly ignoreResult: boolean;
  readonly storeErrorsEvenIfIgnored: boolean;
  readonly trackStarted: boolean;
  readonly acksLate: boolean;
  readonly acksOnFailureOrTimeout: boolean;
  /** Undefined: as `acksOnFailureOrTimeout`. */
  readonly acksOnFailure: boolean | undefined;
  /** Undefined: as `acksOnFailureOrTimeout`. */
  readonly acksOnTimeout: boolean | undefined;
  readonly rejectOnWorkerLost: boolean;
  readonly serializer: string | undefined;
  readonly compression: string | undefined;
  /** Errors that are no surprise: a failure, but logged without a stack. */
  readonly throws: readonly ErrorMatcher[];
  readonly trail: boolean;
  readonly sendEvents: boolean;
  /** Seconds after which a call is too late to run, or a date. */
  readonly expires: number | Date | string | undefined;
  readonly priority: number | undefined;
  readonly queue: string | undefined;
  readonly exchange: string | undefined;
  readonly routingKey: string | undefined;
  readonly deliveryMode: 1 | 2 | undefined;
  /** Characters of a result shown in logs and events. */
  readonly resultreprMaxsize: number;
  readonly shadowName: ShadowName | undefined;
  /** Whether a call's arguments are checked before it is sent. */
  readonly typing: boolean;
}

/** Gives the name to show for one call in logs and events; nothing means the task's own. */
export type ShadowName = (
  args: readonly unknown[],
  kwargs: { readonly [name: string]: unknown },
  options: ApplyOptions,
) => string | null | undefined;

/**
 * Called around the runs of a task, in this order: `beforeStart`, the task, then the handler of the outcome and
 * `afterReturn` (success and failure only). Their return values mean nothing.
 * @see celery/app/task.py Task.on_success
 */
export interface TaskHooks {
  readonly beforeStart?: (context: TaskContext, ...args: readonly unknown[]) => unknown;
  readonly onSuccess?: (context: TaskContext, result: unknown) => unknown;
  readonly onFailure?: (context: TaskContext, error: unknown) => unknown;
  readonly onRetry?: (context: TaskContext, error: unknown) => unknown;
  readonly afterReturn?: (context: TaskContext, state: string, result: unknown) => unknown;
}

/** A task as the registry keeps it: what a worker needs to run it. */
export interface RegisteredTask {
  readonly name: string;
  /** Takes the context first when `bind`. */
  readonly run: (...args: unknown[]) => unknown;
  readonly bind: boolean;
  /** Names of the arguments, for keyword arguments; `any`: the task looks at them itself. */
  readonly parameters: readonly string[] | 'any' | undefined;
  /** How many of the declared arguments a call must give. */
  readonly required: number;
  readonly options: ResolvedTaskOptions;
  readonly schema: StandardSchemaV1 | undefined;
  readonly hooks: TaskHooks | undefined;
  /** The instance of the task's class, where it has one. */
  readonly base: object | undefined;
}
