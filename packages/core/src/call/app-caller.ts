import { escapeForLog, isCeleriacError, type ResultTuple, type SignatureJson, uuid } from '@celeriac/protocol';
import { NotRegisteredError } from '../builtin/not-registered-error.ts';
import { checkChords } from '../chord/check-chords.ts';
import { revokeResults } from '../control/revoke-results.ts';
import { bindArguments } from '../execute/bind-arguments.ts';
import { checkCall, checkOptions } from '../publish/check-call.ts';
import { InvalidCallError } from '../publish/invalid-call-error.ts';
import { AsyncResult } from '../result/async-result.ts';
import { EagerResult } from '../result/eager-result.ts';
import type { ErrorRegistry } from '../result/failure-error.ts';
import { resultSource } from '../result/node-of.ts';
import type { ResultNode } from '../result/result-node.ts';
import type { ResultSource } from '../result/result-source.ts';
import type { AppEngine } from '../runtime/app-engine.ts';
import { repliesByMessage } from '../runtime/replies-by-message.ts';
import { checkSignature } from '../signature/check-signature.ts';
import { withResultId } from '../signature/freeze-signature.ts';
import { markFrozen } from '../signature/mark-frozen.ts';
import { mergeSignature } from '../signature/merge-signature.ts';
import { fromWireOptions, toWireOptions } from '../signature/option-names.ts';
import type { CallOptions, EagerOptions, FreezeOptions, SignatureCall, TaskCaller } from '../task/task-caller.ts';
import { EagerRun } from './eager-run.ts';
import { EagerWorkflow } from './eager-workflow.ts';

const NO_KWARGS: { readonly [name: string]: unknown } = Object.freeze(Object.create(null));
const IGNORED = Object.freeze({ ignored: true });

/** Makes the calls of an app's tasks. */
export class AppCaller implements TaskCaller {
  readonly #runtime: AppEngine;
  readonly #source: ResultSource;
  readonly #errors: ErrorRegistry;
  readonly #eager: EagerRun;

  constructor(runtime: AppEngine, errors: ErrorRegistry) {
    this.#runtime = runtime;
    // A closed app may be used again: then its consumer is another one.
    this.#source = resultSource({
      load: (id) => runtime.consumer.load(id),
      wait: (id, wait) => runtime.consumer.wait(id, wait),
      forget: (ids) => runtime.consumer.forget(ids),
      revoke: (ids, options) => revokeResults(runtime.mailbox, ids, options),
      saveGroup: (id, tuple) => runtime.consumer.saveGroup(id, tuple),
      loadGroup: (id) => runtime.consumer.loadGroup(id),
      errorOf: (meta) => errors.errorOf(meta),
    });
    this.#errors = errors;
    this.#eager = new EagerRun(runtime, ({ signature, options = {} }) => this.#workflow().run(signature, { options }));
  }

  async call(name: string, args: readonly unknown[], options: CallOptions, eagerly: boolean): Promise<AsyncResult> {
    const runtime = this.#runtime;
    const { settings } = runtime;
    checkCall(name, args, options, runtime.tasks.has(name));
    const kwargs = options.kwargs ?? NO_KWARGS;
    if (settings.taskAlwaysEager) {
      if (eagerly) return this.apply(name, args, options);
      runtime.logger.warning(`taskAlwaysEager does not apply to ${escapeForLog(name)}, which was sent by name`);
    }
    const task = runtime.tasks.get(name);
    // A call by name is not checked, as in Celery: another version of the task may be where it runs.
    if (eagerly && task?.options.typing === true && Array.isArray(task.parameters)) bindArguments(task, args, kwargs);
    const sent = runtime.publisher.send({ name, args, kwargs, options, task });
    await sent.held;
    const ignored = options.ignoreResult ?? task?.options.ignoreResult ?? settings.taskIgnoreResult;
    return new AsyncResult(sent.id, this.#source, ignored ? IGNORED : undefined);
  }

  async apply(name: string, args: readonly unknown[], options: EagerOptions): Promise<EagerResult> {
    checkCall(name, args, options, this.#runtime.tasks.has(name));
    const task = this.#runtime.tasks.get(name);
    if (task === undefined) throw new NotRegisteredError(name);
    const { kwargs = NO_KWARGS, throw: propagate = this.#runtime.settings.taskEagerPropagates, ...rest } = options;
    const meta = await this.#eager.run({ task, args, kwargs, options: rest });
    if (propagate && (meta.status === 'FAILURE' || meta.status === 'REVOKED')) throw this.#errors.errorOf(meta);
    return new EagerResult(meta, this.#errors);
  }

  async send(call: SignatureCall): Promise<ResultNode> {
    const { signature, args, options } = call;
    const { settings, tasks } = this.#runtime;
    if (signature.subtask_type === null) {
      const { kwargs, ...others } = options;
      checkOptions(options);
      const merged = mergeSignature(signature, { args, ...(kwargs && { kwargs }), options: toWireOptions(others) });
      const all = { ...fromWireOptions(merged.options), kwargs: merged.kwargs };
      return this.call(merged.task, merged.args, all, tasks.has(merged.task));
    }
    if (settings.taskAlwaysEager) return this.applySignature(call);
    return this.#sendWorkflow(call);
  }

  async applySignature({ signature, args, options }: SignatureCall): Promise<ResultNode> {
    const { kwargs, throw: propagate = this.#runtime.settings.taskEagerPropagates, ...rest } = options;
    checkOptions(options);
    const additions = { args, ...(kwargs && { kwargs }), options: toWireOptions(rest) };
    const node = await this.#workflow().run(checkSignature(signature, this.#runtime), additions);
    if (propagate) await node.get({ disableSyncSubtasks: false });
    return node;
  }

  async freezeSignature(
    signature: SignatureJson,
    { taskId, ...options }: FreezeOptions,
  ): Promise<{ readonly signature: SignatureJson; readonly result: ResultNode }> {
    const checked = checkSignature(signature, this.#runtime);
    const named = taskId === undefined ? checked : withResultId(checked, taskId);
    const frozen = this.#runtime.publisher.freeze(named);
    const marks = { ...toWireOptions(options), reply_to: this.#runtime.replyTo };
    return { signature: markFrozen(frozen.signature, marks), result: this.#source.nodeOf(frozen.result) };
  }

  async elect(signature: SignatureJson): Promise<ResultNode> {
    const { signature: action, result } = await this.freezeSignature(signature, {});
    const args = { id: uuid(), topic: 'task', action };
    await this.#runtime.mailbox.broadcast('election', { arguments: args });
    return result;
  }

  async #sendWorkflow({ signature, args, options }: SignatureCall): Promise<ResultNode> {
    const { kwargs, ...others } = options;
    checkOptions(options);
    if (signature.subtask_type === 'group' && others.link !== undefined) throw groupLinkRefused();
    const checked = checkSignature(signature, this.#runtime);
    checkChords(checked, this.#runtime.settings);
    const application = { signature: checked, args, ...(kwargs && { kwargs }), options: toWireOptions(others) };
    const [tuple] = await this.#runtime.publisher.applySignatures([application]);
    await this.#remember(tuple!, options);
    return this.#source.nodeOf(tuple!);
  }

  /** So that the whole workflow can be found by the id of its result. It is sent already: what goes wrong here is told only. */
  async #remember(tuple: ResultTuple, options: CallOptions): Promise<void> {
    const { settings, logger } = this.#runtime;
    if (repliesByMessage(settings)) return;
    if (options.ignoreResult ?? settings.taskIgnoreResult) return;
    try {
      await this.#runtime.consumer.saveGroup(tuple[0][0], tuple);
    } catch (error) {
      if (isCeleriacError(error, 'CLR_GROUPS_NOT_KEPT') || isCeleriacError(error, 'CLR_RESULTS_DISABLED')) return;
      logger.warning(`The graph of a workflow is not kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #workflow(): EagerWorkflow {
    return new EagerWorkflow(this.#runtime, this.#errors, (task) => this.#runHere(task));
  }

  #runHere(signature: SignatureJson): ReturnType<EagerRun['run']> {
    const task = this.#runtime.tasks.get(signature.task);
    if (task === undefined) throw new NotRegisteredError(signature.task);
    const { args, kwargs } = signature;
    return this.#eager.run({ task, args, kwargs, options: fromWireOptions(signature.options) });
  }
}

/** Which member's success would it follow? @see celery/canvas.py group.apply_async */
function groupLinkRefused(): InvalidCallError {
  return new InvalidCallError('link', 'cannot be given to a group', {
    hint: 'For a callback after all members, pipe the group to it: that is a chord.',
  });
}
