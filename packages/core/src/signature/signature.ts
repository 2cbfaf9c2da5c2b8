import type { SignatureJson } from '@celeriac/protocol';
import type { AsyncResult } from '../result/async-result.ts';
import type { ResultNode } from '../result/result-node.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { CallOptions, EagerOptions, FreezeOptions, TaskCaller } from '../task/task-caller.ts';
import { mergeSignature, type SignatureAdditions } from './merge-signature.ts';
import type { AnyArguments } from './missing-arguments.ts';
import { toWireOptions, type WireOptions } from './option-names.ts';
import { pipeSignatures } from './pipe-signatures.ts';
import { noCaller } from './signature-error.ts';
import type { SignatureLike } from './signature-like.ts';
import { addLinks, listOf } from './signature-parts.ts';
import { stampSignature } from './stamp-signature.ts';
import type { Accepts, PassedOn, SignatureTypes, StepHandle, StepResult } from './step-types.ts';

/** What a signature of one task is made of. */
export interface SignatureParts {
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
  readonly options?: ApplyOptions;
  /** Takes no results of what runs before it. */
  readonly immutable?: boolean;
}

/** A signature whose tasks have their ids, and the handle of the result that it will have. */
export interface Frozen<Signed, Handle> {
  readonly signature: Signed;
  readonly result: Handle;
}

/**
 * A call, or a workflow of calls, that is described, not made: for `link`, `linkError` and workflows. It never changes:
 * every method that adds something gives a new one. Travels inside messages as JSON.
 *
 * `Missing` are the arguments that it still lacks; they are put before those that it has.
 * @see celery/canvas.py Signature
 */
export class Signature<
  Result = unknown,
  Missing extends readonly unknown[] = AnyArguments,
  Handle extends ResultNode = AsyncResult<Result>,
> {
  declare readonly '~types': SignatureTypes<Result, Missing, Handle>;
  /** The app that sends it; undefined for one that came out of JSON. */
  readonly '~caller': TaskCaller | undefined;
  readonly #json: SignatureJson;

  constructor(json: SignatureJson, caller?: TaskCaller) {
    this.#json = json;
    this['~caller'] = caller;
  }

  /** The task's name; `celery.chain` and so on for workflows. */
  get task(): string {
    return this.#json.task;
  }

  get args(): readonly unknown[] {
    return this.#json.args;
  }

  get kwargs(): { readonly [name: string]: unknown } {
    return this.#json.kwargs;
  }

  /** By Python's names, as they travel. */
  get options(): WireOptions {
    return this.#json.options;
  }

  /** Takes no results of what runs before it. */
  get immutable(): boolean {
    return this.#json.immutable;
  }

  /**
   * Sends it. The arguments go before those that it has; an immutable one ignores them.
   * @returns the handle of its result, when the broker holds everything
   * @throws {SignatureError} naming the step that cannot be sent; nothing is sent then
   * @throws {PublishError} when the broker stays away
   */
  delay(...args: Missing): Promise<Handle> {
    return this.#send(args, NO_OPTIONS);
  }

  /** Sends it with more options. Throws as {@link delay}. @see celery/canvas.py Signature.apply_async */
  applyAsync(args: Missing | readonly [], options: CallOptions = NO_OPTIONS): Promise<Handle> {
    return this.#send(args, options);
  }

  /**
   * Lets the workers that listen to each other choose one of them, which sends it: exactly one does.
   * @returns the handle of its result, when the workers were told
   * @throws as {@link delay}
   * @see celery/canvas.py Signature.election
   */
  election(): Promise<Handle> {
    return this.#callerOf().elect(this.#json) as unknown as Promise<Handle>;
  }

  /**
   * Runs it here and now, without broker and worker; the steps of a workflow one after the other.
   * @throws {TaskError} with `throw`, when a task fails
   */
  apply(args: Missing | readonly [], options: EagerOptions = NO_OPTIONS): Promise<Handle> {
    return this.#callerOf().applySignature({ signature: this.#json, args, options }) as unknown as Promise<Handle>;
  }

  /** The same with more options; `immutable` too. @see celery/canvas.py Signature.set */
  set({ immutable, ...options }: ApplyOptions & { readonly immutable?: boolean }): this {
    const json = { ...this.#json, options: { ...this.#json.options, ...toWireOptions(options) } };
    return this.with(immutable === undefined ? json : { ...json, immutable });
  }

  /**
   * A partial: arguments before those that it has, keyword arguments and options over them.
   * @see celery/canvas.py Signature.clone
   */
  clone(
    args: readonly unknown[] = [],
    { kwargs, ...options }: CallOptions = NO_OPTIONS,
  ): Signature<Result, AnyArguments, Handle> {
    return this.loose(mergeSignature(this.#json, additionsOf(args, kwargs, options)));
  }

  /** Other arguments, keyword arguments or options in the place of those that it has. @see celery/canvas.py Signature.replace */
  replace({ args, kwargs, options }: SignatureParts): Signature<Result, AnyArguments, Handle> {
    return this.loose({
      ...this.#json,
      ...(args !== undefined && { args }),
      ...(kwargs !== undefined && { kwargs }),
      ...(options !== undefined && { options: toWireOptions(options) }),
    });
  }

  /**
   * With callbacks: each is sent with the result before its own arguments. Of a workflow: after its last task; of a group
   * immutable, after its first member.
   * @see celery/canvas.py Signature.link
   */
  link(...callbacks: readonly SignatureLike[]): this {
    return this.with(addLinks(this.#json, 'link', callbacks.map(jsonOf)));
  }

  /**
   * With errbacks: of a workflow for every one of its tasks, of a chord for its body.
   * @see celery/canvas.py Signature.link_error
   */
  linkError(...errbacks: readonly SignatureLike[]): this {
    return this.with(addLinks(this.#json, 'link_error', errbacks.map(jsonOf)));
  }

  /** The same as {@link linkError}. @see celery/canvas.py Signature.on_error */
  onError(...errbacks: readonly SignatureLike[]): this {
    return this.linkError(...errbacks);
  }

  /** This one and its callbacks, theirs and so on. @see celery/canvas.py Signature.flatten_links */
  flattenLinks(): readonly SignatureJson[] {
    const flat = (json: SignatureJson): readonly SignatureJson[] => [
      json,
      ...listOf(json.options['link']).flatMap(flat),
    ];
    return flat(this.#json);
  }

  /**
   * With stamps: headers of the caller's own that every task of it, and what these send, carries.
   * @see celery/canvas.py Signature.stamp
   */
  stamp(stamps: { readonly [name: string]: unknown }): this {
    return this.with(stampSignature(this.#json, stamps));
  }

  /**
   * Gives out the ids before anything is sent. The ids that it has stay.
   * @returns a signature to send once, and the handle of its result
   * @see celery/canvas.py Signature.freeze
   */
  async freeze(options: FreezeOptions = {}): Promise<Frozen<this, Handle>> {
    const { signature, result } = await this.#callerOf().freezeSignature(this.#json, options);
    return { signature: this.with(signature), result: result as unknown as Handle };
  }

  /** This one, then `next` with its result. @see celery/canvas.py Signature.__or__ */
  pipe<Next extends AnySignature>(
    next: Next & Accepts<Next, PassedOn<this>>,
  ): Signature<StepResult<Next>, Missing, Extract<StepHandle<Next>, ResultNode>> {
    return new Signature(pipeSignatures(this.#json, next['~step']()), this['~caller'] ?? next['~caller']);
  }

  /** As it stands in a chain. */
  '~step'(): SignatureJson {
    return this.#json;
  }

  toJSON(): SignatureJson {
    return this.#json;
  }

  /** The same kind of signature with another content. */
  protected with(json: SignatureJson): this {
    const made = this.constructor as new (json: SignatureJson, caller: TaskCaller | undefined) => Signature;
    return new made(json, this['~caller']) as unknown as this;
  }

  /** As {@link with}; nobody knows what it lacks now. */
  protected loose(json: SignatureJson): Signature<Result, AnyArguments, Handle> {
    return this.with(json) as unknown as Signature<Result, AnyArguments, Handle>;
  }

  #send(args: readonly unknown[], options: CallOptions): Promise<Handle> {
    return this.#callerOf().send({ signature: this.#json, args, options }) as unknown as Promise<Handle>;
  }

  #callerOf(): TaskCaller {
    const caller = this['~caller'];
    if (caller === undefined) throw noCaller(this.task);
    return caller;
  }
}

/** A signature of any kind. */
export type AnySignature = Signature<unknown, never, ResultNode>;

const NO_OPTIONS: CallOptions = Object.freeze({});

function jsonOf(signature: SignatureLike): SignatureJson {
  return 'toJSON' in signature && typeof signature.toJSON === 'function'
    ? signature.toJSON()
    : (signature as SignatureJson);
}

function additionsOf(
  args: readonly unknown[],
  kwargs: { readonly [name: string]: unknown } | undefined,
  options: ApplyOptions,
): SignatureAdditions {
  return { args, ...(kwargs !== undefined && { kwargs }), options: toWireOptions(options) };
}

/** The signature of one task. */
export function taskSignature(task: string, parts: SignatureParts): SignatureJson {
  const { args = [], kwargs = {}, options = {}, immutable = false } = parts;
  return { task, args, kwargs, options: toWireOptions(options), subtask_type: null, immutable };
}
