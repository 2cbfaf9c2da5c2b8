import type { Logger, SignatureJson } from '@celeriac/protocol';
import { checkChords } from '../chord/check-chords.ts';
import { checkEventType } from '../events/check-event-type.ts';
import { TaskLogger } from '../logging/task-logger.ts';
import { ABORTED } from '../result/abortable-async-result.ts';
import { checkSignature } from '../signature/check-signature.ts';
import { chordSize } from '../signature/chord-size.ts';
import type { AnyArguments } from '../signature/missing-arguments.ts';
import { replaceSignature } from '../signature/replace-signature.ts';
import { Signature } from '../signature/signature.ts';
import { SignatureError } from '../signature/signature-error.ts';
import { type SignatureLike, signatureList } from '../signature/signature-like.ts';
import { withOptions } from '../signature/signature-parts.ts';
import type { RetryRequest, TaskContext, TaskContextRequest } from '../task/task-context.ts';
import type { Invocation, InvokeEnvironment } from './invocation.ts';
import { retryOf } from './retry-call.ts';
import { TaskReplaced } from './task-replaced.ts';

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
      headers: request.headers,
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

  replace(signature: SignatureLike): never {
    const { request, body } = this.#invocation;
    throw new TaskReplaced(replaceSignature(this.#checked(signature), request, body.embed));
  }

  addToChord(signature: SignatureLike): Promise<string>;
  addToChord(signature: SignatureLike, options: { readonly lazy: true }): Promise<Signature<unknown, AnyArguments>>;
  async addToChord(
    signature: SignatureLike,
    { lazy = false }: { readonly lazy?: boolean } = {},
  ): Promise<string | Signature<unknown, AnyArguments>> {
    const { request, body } = this.#invocation;
    const { runtime } = this.#environment;
    const { chord } = body.embed;
    if (chord === null || request.group === null)
      throw new SignatureError(request.task, 'is in no chord that something could be added to');
    const { signature: frozen, result } = runtime.publisher.freeze(this.#checked(signature));
    const chords = (await runtime.backend())?.chords;
    if (chords?.grow === undefined)
      throw new SignatureError(request.task, 'is in a chord whose result store cannot let it grow');
    await chords.grow(request.group, chordSize(frozen));
    const place = { group_id: request.group, group_index: request.groupIndex, chord, root_id: request.rootId };
    if (lazy) return new Signature(withOptions(frozen, place), runtime.caller);
    await runtime.publisher.applySignatures([{ signature: frozen, options: place }]);
    return result[0][0];
  }

  #checked(signature: SignatureLike): SignatureJson {
    const { runtime, isEager } = this.#environment;
    const isAwaited = this.#invocation.body.embed.chord !== null;
    const checked = checkSignature(signatureList(signature)[0]!, runtime, isAwaited);
    if (!isEager) checkChords(checked, runtime.settings);
    return checked;
  }

  async isAborted(): Promise<boolean> {
    const backend = await this.#environment.runtime.backend();
    if (backend === undefined || !backend.capabilities.shared) return false;
    const [meta] = await backend.load([this.#invocation.request.id]);
    return meta?.status === ABORTED;
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
