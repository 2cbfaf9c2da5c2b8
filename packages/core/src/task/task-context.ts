import type { Logger, TaskRequest } from '@celeriac/protocol';
import type { AnyArguments } from '../signature/missing-arguments.ts';
import type { Signature } from '../signature/signature.ts';
import type { SignatureLike } from '../signature/signature-like.ts';
import type { ApplyOptions } from './apply-options.ts';

/** How a message reached the worker. */
export interface DeliveryInfo {
  readonly exchange: string;
  readonly routingKey: string;
  readonly queue: string;
  readonly priority: number | null;
  readonly redelivered: boolean;
}

/** What a running task knows about its call. */
export interface TaskContextRequest extends TaskRequest {
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  /** The worker's node name. */
  readonly hostname: string;
  readonly deliveryInfo: DeliveryInfo;
  /** Runs in the caller's process. */
  readonly isEager: boolean;
  /** Called as a plain function, without a message. */
  readonly calledDirectly: boolean;
}

/** How the next attempt of a task differs. */
export interface RetryRequest
  extends Pick<ApplyOptions, 'countdown' | 'queue' | 'priority' | 'timeLimit' | 'softTimeLimit'> {
  /** The error that led to it; thrown when no attempt is left. */
  readonly exc?: unknown;
  /** The earliest time of the next attempt: a date or Unix milliseconds. Default: after `countdown` or `defaultRetryDelay`. */
  readonly eta?: Date | number;
  /** null = for ever. Default: the task's. */
  readonly maxRetries?: number | null;
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
}

/** What a bound task gets as its first parameter. */
export interface TaskContext<Base = object | undefined> {
  /** The instance of the task's class; undefined for a task without one. */
  readonly task: Base;
  readonly request: TaskContextRequest;
  readonly log: Logger;
  /** Aborted when the task should stop: time limit, revocation, shutdown. */
  readonly signal: AbortSignal;
  /**
   * Ends this run; the task runs again under the same id.
   * @throws {Retry} always, or the error in `exc` (else MaxRetriesExceededError) when no attempt is left
   * @see celery/app/task.py Task.retry
   */
  retry(asked?: RetryRequest): never;
  /**
   * Ends this run; the signature takes the task's place: it gets its id, its chord, its callbacks and errbacks, and what
   * follows in its chain. The results of a group are gathered in a list.
   * @throws {Ignore} always; {@link SignatureError} for a signature that could not run
   * @see celery/app/task.py Task.replace
   */
  replace(signature: SignatureLike): never;
  /**
   * Adds one more header task to the chord that this task is in. Its result stands beside this task's own.
   * @returns the id of its result, when the broker holds it
   * @throws {SignatureError} outside of a chord, or when the result store cannot let one grow
   * @see celery/app/task.py Task.add_to_chord
   */
  addToChord(signature: SignatureLike): Promise<string>;
  /**
   * With `lazy` the chord waits for one more header task, which is not sent: that is up to the caller, or the body never runs.
   * @returns the signature to send, with all its ids
   */
  addToChord(signature: SignatureLike, options: { readonly lazy: true }): Promise<Signature<unknown, AnyArguments>>;
  /** Stores a state of the task's own, such as `PROGRESS`, for callers to see. @param meta - anything that JSON can hold */
  updateState(state: string, meta?: unknown): Promise<void>;
  /**
   * Whether somebody has asked the task to stop, by `app.AbortableAsyncResult(id).abort()`: it should return then. Asks the
   * result store, so not too often; false without one that workers can read.
   * @see celery/contrib/abortable.py AbortableTask.is_aborted
   */
  isAborted(): Promise<boolean>;
  /**
   * Sends an event of the task's own to monitors, with the task's id as `uuid`. It leaves soon after; nothing waits for it.
   * @param type - such as `task-progress`; the part before the first dash is its group
   * @param fields - anything that the event serializer can write; names are sent as they are
   * @throws {InvalidCallError} for a type that is no name
   * @see celery/app/task.py Task.send_event
   */
  sendEvent(type: string, fields?: { readonly [name: string]: unknown }): void;
}
