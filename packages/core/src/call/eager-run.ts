import { hostname } from 'node:os';
import {
  decodeJson,
  decodeTaskBodyOf,
  type ExceptionInfo,
  encodeTaskMessage,
  isoNaive,
  type ResultMeta,
  readTaskRequest,
  type SignatureJson,
  type TaskCall,
  uuid,
} from '@celeriac/protocol';
import { applyErrbacks } from '../chord/apply-errbacks.ts';
import type { Invocation, InvokeEnvironment } from '../execute/invocation.ts';
import { invokeTask } from '../execute/invoke-task.ts';
import type { Outcome } from '../execute/outcome.ts';
import { taskCall } from '../publish/task-call.ts';
import type { ResultNode } from '../result/result-node.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { mergeSignature } from '../signature/merge-signature.ts';
import { fromWireOptions } from '../signature/option-names.ts';
import { chainOf } from '../signature/pipe-signatures.ts';
import type { SignatureApplication } from '../signature/plan-signature.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { RegisteredTask } from '../task/registered-task.ts';

/** One call to make here. */
export interface EagerCall {
  readonly task: RegisteredTask;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly options: ApplyOptions;
}

/**
 * Runs tasks in the calling process. Arguments and results go through the same encoding as on the wire; a retry runs at
 * once; what follows a task runs here too when `taskAlwaysEager` is on, and is sent otherwise.
 * @see celery/app/task.py Task.apply
 */
export class EagerRun {
  readonly #runtime: AppRuntime;
  readonly #hostname = hostname();

  /** Runs a signature of any kind. */
  readonly #runWorkflow: (application: SignatureApplication) => Promise<ResultNode>;

  constructor(runtime: AppRuntime, runWorkflow: (application: SignatureApplication) => Promise<ResultNode>) {
    this.#runtime = runtime;
    this.#runWorkflow = runWorkflow;
  }

  /** @returns the outcome, as a store would keep it */
  async run({ task, args, kwargs, options }: EagerCall): Promise<ResultMeta> {
    const runtime = this.#runtime;
    const origin = `gen${process.pid}@${this.#hostname}`;
    let call = taskCall({ name: task.name, args, kwargs }, options, task, { runtime, origin, newId: uuid });
    for (;;) {
      const invocation = this.#invocation(task, call, options);
      const outcome = await invokeTask(invocation, this.#environment());
      if (outcome.kind === 'retry') {
        call = { ...outcome.call, eta: null };
        continue;
      }
      if (outcome.kind === 'replace') return this.#replaced(outcome.replacement, invocation);
      const meta = this.#meta(invocation, outcome);
      if (runtime.settings.taskStoreEagerResult) await runtime.results.store({ meta });
      await this.#follow(invocation, outcome, meta);
      return meta;
    }
  }

  #invocation(task: RegisteredTask, call: TaskCall, options: ApplyOptions): Invocation {
    const { settings, serializers, compressions, accept, limits, clock } = this.#runtime;
    const serializer = serializers.byName(options.serializer ?? task.options.serializer ?? settings.taskSerializer);
    const message = encodeTaskMessage(call, { serializer }, clock.now());
    const request = readTaskRequest(message, () => undefined, limits);
    const own = { contentTypes: new Set([...accept.contentTypes, serializer.contentType]) };
    const body = decodeTaskBodyOf(message, request, serializers, own, compressions, limits);
    const delivery = {
      exchange: '',
      routingKey: task.name,
      queue: '',
      priority: call.priority ?? null,
      redelivered: false,
    };
    return { task, request, body, delivery };
  }

  #environment(): InvokeEnvironment {
    // Nobody could abort it: the caller waits for it.
    let controller: AbortController | undefined;
    const abortSignal = (): AbortSignal => {
      controller ??= new AbortController();
      return controller.signal;
    };
    return { runtime: this.#runtime, hostname: this.#hostname, isEager: true, abortSignal };
  }

  /** What follows the task follows its replacement, whose result is the task's. */
  async #replaced(replacement: SignatureApplication, { request }: Invocation): Promise<ResultMeta> {
    const { signature, options = {} } = replacement;
    const { chain, chord: _, ...own } = options;
    const waiting = Array.isArray(chain) ? (chain as readonly SignatureJson[]).toReversed() : [];
    const steps = waiting.length === 0 ? signature : chainOf([signature, ...waiting]);
    const node = await this.#runWorkflow({ signature: steps, options: own });
    let last: ResultNode | undefined = node;
    while (last !== undefined && last.id !== request.id) last = last.parent;
    const meta = await (last ?? node).meta?.();
    if (meta === undefined) throw new Error(`The replacement of ${request.id} has no result.`);
    return meta;
  }

  #meta({ request }: Invocation, outcome: Exclude<Outcome, { kind: 'retry' | 'replace' }>): ResultMeta {
    const base = { children: [], date_done: isoNaive(this.#runtime.clock.now()), task_id: request.id };
    switch (outcome.kind) {
      case 'success':
        return {
          status: 'SUCCESS',
          result: this.#decoded(outcome.resultText, outcome.value),
          traceback: null,
          ...base,
        };
      case 'failure':
        return { status: 'FAILURE', result: outcome.exception, traceback: outcome.traceback, ...base };
      case 'ignore':
        return { status: 'IGNORED', result: null, traceback: null, ...base };
      case 'reject':
        return { status: 'REJECTED', result: outcome.reason, traceback: null, ...base };
      default:
        return { status: 'REVOKED', result: null, traceback: null, ...base };
    }
  }

  #decoded(resultText: string | undefined, value: unknown): unknown {
    const { settings, serializers, limits } = this.#runtime;
    if (resultText !== undefined) return decodeJson(Buffer.from(resultText), limits);
    const serializer = serializers.byName(settings.resultSerializer);
    return serializer.decode(serializer.encode(value), limits);
  }

  async #follow({ request, body }: Invocation, outcome: Outcome, meta: ResultMeta): Promise<void> {
    const { callbacks, errbacks, chain } = body.embed;
    const { id, rootId } = request;
    if (outcome.kind === 'failure' && errbacks !== null) {
      const cause = { exception: meta.result as ExceptionInfo, traceback: meta.traceback };
      await applyErrbacks(this.#runtime, errbacks, { id, rootId, request }, cause);
    }
    if (outcome.kind !== 'success') return;
    const next = chain?.at(-1);
    const rest = chain?.slice(0, -1) ?? [];
    const around = { root_id: rootId, parent_id: id };
    for (const callback of callbacks ?? []) await this.#apply(callback, meta.result, around);
    if (next !== undefined)
      await this.#apply(next, meta.result, rest.length === 0 ? around : { ...around, chain: rest });
  }

  async #apply(
    signature: SignatureJson,
    result: unknown,
    options: { readonly [name: string]: unknown },
  ): Promise<void> {
    const { settings, tasks, publisher } = this.#runtime;
    const task = signature.subtask_type === null && settings.taskAlwaysEager ? tasks.get(signature.task) : undefined;
    if (task === undefined) {
      await publisher.applySignatures([{ signature, args: [result], options }]);
      return;
    }
    const merged = mergeSignature(signature, { args: [result], options });
    await this.run({ task, args: merged.args, kwargs: merged.kwargs, options: fromWireOptions(merged.options) });
  }
}
