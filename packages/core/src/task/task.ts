import type { AsyncResult } from '../result/async-result.ts';
import type { EagerResult } from '../result/eager-result.ts';
import type { AnyArguments, MissingArguments, StoredArguments } from '../signature/missing-arguments.ts';
import { Signature, taskSignature } from '../signature/signature.ts';
import type { ApplyOptions } from './apply-options.ts';
import type { CallOptions, EagerOptions, TaskCaller } from './task-caller.ts';

/** The first arguments of a call; the rest comes by keyword, or from what runs before. */
export type SomeArguments<Args extends readonly unknown[]> = Partial<Args>;

const NO_OPTIONS: CallOptions = Object.freeze({});

/** A task that another application defines: its name and its types are all that is known here. */
export class ForeignTask<Args extends readonly unknown[], Result> {
  readonly name: string;
  protected readonly caller: TaskCaller;
  /** Set for tasks that this app defines. */
  protected readonly isLocal: boolean;
  readonly #defaults: CallOptions;

  constructor(name: string, caller: TaskCaller, isLocal: boolean, defaults: CallOptions = NO_OPTIONS) {
    this.name = name;
    this.caller = caller;
    this.isLocal = isLocal;
    this.#defaults = defaults;
  }

  /**
   * Sends the task.
   * @returns the handle of its result, when the broker holds the message
   * @throws {PublishError} when the broker stays away; {@link EncodeError} naming an argument that cannot be sent
   * @see celery/app/task.py Task.delay
   */
  delay(...args: Args): Promise<AsyncResult<Result>> {
    return this.caller.call(this.name, args, this.#defaults, this.isLocal) as Promise<AsyncResult<Result>>;
  }

  /**
   * Sends the task with options. Throws as {@link delay}; also {@link UnroutableError} for a mandatory message.
   * @see celery/app/task.py Task.apply_async
   */
  applyAsync(args: Args, options?: ApplyOptions): Promise<AsyncResult<Result>>;
  applyAsync(
    args: SomeArguments<Args>,
    options: ApplyOptions & Required<Pick<CallOptions, 'kwargs'>>,
  ): Promise<AsyncResult<Result>>;
  applyAsync(args: readonly unknown[], options: CallOptions = NO_OPTIONS): Promise<AsyncResult<Result>> {
    const merged = this.#defaults === NO_OPTIONS ? options : { ...this.#defaults, ...options };
    return this.caller.call(this.name, args, merged, this.isLocal) as Promise<AsyncResult<Result>>;
  }

  /** A signature; arguments that are missing come before those given, from what runs before it. */
  s<Given extends StoredArguments<Args>>(...args: Given): Signature<Result, MissingArguments<Args, Given>> {
    return new Signature(taskSignature(this.name, { args, options: this.#defaults }), this.caller);
  }

  /** An immutable signature: takes nothing from what runs before it. */
  si(...args: Args): Signature<Result, AnyArguments> {
    return new Signature(taskSignature(this.name, { args, options: this.#defaults, immutable: true }), this.caller);
  }

  /** A signature with options; with keyword arguments nobody knows what it still lacks. */
  signature<Given extends StoredArguments<Args>>(
    args: Given,
    options?: ApplyOptions & { readonly kwargs?: undefined },
  ): Signature<Result, MissingArguments<Args, Given>>;
  signature(args: SomeArguments<Args>, options: CallOptions): Signature<Result, AnyArguments>;
  signature(
    args: readonly unknown[],
    { kwargs = {}, ...options }: CallOptions = {},
  ): Signature<Result, never> | Signature<Result, AnyArguments> {
    const merged = { ...this.#defaults, ...options };
    return new Signature<Result>(taskSignature(this.name, { args, kwargs, options: merged }), this.caller);
  }
}

/** A task of this app. `run` is its code, as it was given. */
export class Task<Args extends readonly unknown[], Result, Run = unknown> extends ForeignTask<Args, Result> {
  /** The task's own code: called directly it runs as a plain function. */
  readonly run: Run;

  constructor(name: string, run: Run, caller: TaskCaller) {
    super(name, caller, true);
    this.run = run;
  }

  /**
   * Runs the task here and now, without broker and worker: arguments and result are encoded and decoded as on the wire,
   * retries happen at once.
   * @throws {TaskError} with `throw`, when the task fails
   * @see celery/app/task.py Task.apply
   */
  apply(args: Args, options?: ApplyOptions & Pick<EagerOptions, 'throw'>): Promise<EagerResult<Result>>;
  apply(
    args: SomeArguments<Args>,
    options: ApplyOptions & Pick<EagerOptions, 'throw'> & Required<Pick<CallOptions, 'kwargs'>>,
  ): Promise<EagerResult<Result>>;
  apply(args: readonly unknown[], options: EagerOptions = NO_OPTIONS): Promise<EagerResult<Result>> {
    return this.caller.apply(this.name, args, options) as Promise<EagerResult<Result>>;
  }
}
